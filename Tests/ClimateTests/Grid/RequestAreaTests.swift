import Climate
import Testing

@Suite struct RequestAreaTests {
  private func areas(_ boxes: [(Double, Double, Double, Double)]) -> [[String]] {
    RequestArea.covering(
      boxes: boxes.map { BoundingBox(west: $0.0, south: $0.1, east: $0.2, north: $0.3) }
    ).map(\.decimals)
  }

  @Test func outwardToTenthsAndOneCellMore() {
    // Sierra Leone, which an unaligned request cut short.
    #expect(areas([(-13.3035, 6.9176, -10.2658, 10.0004)]) == [["10.2", "-13.5", "6.8", "-10.1"]])
    // What is on the lattice already moves by one cell only.
    #expect(areas([(-13.3, 6.9, -10.2, 10.1)]) == [["10.2", "-13.4", "6.8", "-10.1"]])
    #expect(areas([(0.3, -0.7, 0.6, 0.1)]) == [["0.2", "0.2", "-0.8", "0.7"]])
    #expect(areas([(1, 1, 2, 2), (3, -4, 5, 0)]) == [["2.1", "0.9", "-4.1", "5.1"]])
  }

  @Test func notBeyondThePolesOrTheAntimeridian() {
    #expect(areas([(-180, -90, 180, 90)]) == [["90.0", "-180.0", "-90.0", "180.0"]])
    #expect(areas([(-179, 89.95, 179, 89.97)]) == [["90.0", "-179.1", "89.8", "179.1"]])
  }

  @Test func overTheAntimeridianTwoAreas() {
    let fiji = [["-15.9", "176.9", "-19.1", "180.0"], ["-15.9", "-180.0", "-19.1", "-177.9"]]
    #expect(areas([(177, -19, 180, -16), (-180, -19, -178, -16)]) == fiji)
    #expect(areas([(177, -19, 182, -16)]) == fiji)
    #expect(areas([(-183, -19, -178, -16)]) == fiji)
    // Up to the antimeridian: the cell beyond is asked for as well.
    #expect(
      areas([(177, -19, 180, -16)]) == [
        ["-15.9", "176.9", "-19.1", "180.0"], ["-15.9", "-180.0", "-19.1", "-179.9"],
      ])
  }

  @Test func acrossGreenwichOneArea() {
    #expect(areas([(-1, 4, 1, 11)]) == [["11.1", "-1.1", "3.9", "1.1"]])
    #expect(areas([(359, 4, 361, 11)]) == [["11.1", "-1.1", "3.9", "1.1"]])
    #expect(areas([(350, 4, 355, 11), (2, 4, 3, 5)]) == [["11.1", "-10.1", "3.9", "3.1"]])
  }

  @Test func shapesWithoutAPlaceAreLeftOut() {
    #expect(RequestArea.covering([.refused("no geometry")]).isEmpty)
    let areas = RequestArea.covering([
      .refused("no geometry"), .point(Point(longitude: 10.05, latitude: 1)), .box(10, 2, 11, 3),
    ])
    #expect(areas.map(\.values) == [[3.1, 9.9, 0.9, 11.1]])
  }

  @Test func whatIsAskedForCoversEveryPolygonCell() throws {
    var random = SteadyRandom(30)
    for _ in 0..<50 {
      let x = Double.random(in: -179...178, using: &random)
      let y = Double.random(in: -80...80, using: &random)
      let shape = Shape.box(
        x, y, x + .random(in: 0.01...0.9, using: &random), y + .random(in: 0.01...0.9, using: &random))
      let area = try #require(RequestArea.covering([shape]).first)
      // The grid that the lattice gives for the area.
      let rows = stride(from: (area.north * 10).rounded(), through: (area.south * 10).rounded(), by: -1).map {
        $0 / 10
      }
      let columns = stride(from: (area.west * 10).rounded(), through: (area.east * 10).rounded(), by: 1).map {
        $0 / 10
      }
      let weights = ZonalWeights(
        grid: try Grid(latitudes: rows, longitudes: columns), zones: [Zone(id: "a", shape: shape)])
      #expect(Delivery(of: weights).problems.isEmpty)
    }
  }
}
