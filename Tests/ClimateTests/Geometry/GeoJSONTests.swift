import Climate
import Essentials
import Testing

@Suite struct GeoJSONTests {
  private func zones(_ text: String, idProperty: String? = nil) throws -> [Zone] {
    try GeoJSON.zones(Array(text.utf8), idProperty: idProperty)
  }

  private func shape(_ text: String) throws -> Shape { try Shape(geoJSON: Array(text.utf8)) }

  @Test func namesComeFromTheIDThePropertyOrThePosition() throws {
    let text = """
      {"features": [
        {"type": "Feature", "properties": {"id": "p", "code": 7}, "id": "f", "geometry": null},
        {"geometry": null, "properties": {"code": "B", "id": 12}},
        {"properties": {"code": 2.5}, "geometry": null}
      ], "type": "FeatureCollection"}
      """
    #expect(try zones(text).map(\.id) == ["f", "12", "2"])
    #expect(try zones(text, idProperty: "code").map(\.id) == ["7", "B", "2.5"])
    #expect { try zones(text, idProperty: "name") } throws: {
      FailureKind(of: $0) == .configuration && "\($0)".contains("feature 0 (f) has no property name")
    }
  }

  @Test(
    arguments: [
      ("{\"type\":\"FeatureCollection\"}", "has no list of features"),
      ("{\"type\":\"FeatureCollection\",\"features\":null}", "has no list of features"),
      ("{\"type\":\"Topology\",\"objects\":{}}", "there is no type Topology"),
    ]) func whatIsNoGeoJSONIsRefused(text: String, complaint: String)
  {
    #expect { try zones(text) } throws: { "\($0)".contains(complaint) }
  }

  @Test func aCollectionWithABrokenPolygonIsRefused() throws {
    let whole = "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}"
    func refusal(_ member: String) throws -> String? {
      let collection = "{\"type\":\"GeometryCollection\",\"geometries\":[\(whole),\(member)]}"
      if case .refused(let reason) = try shape(collection) { return reason }
      return nil
    }
    let broken = "{\"type\":\"Polygon\",\"coordinates\":[[[5,5],[6,\"x\"],[6,6],[5,5]]]}"
    #expect(try refusal(broken)?.contains("its Polygon has coordinates that are no numbers") == true)
    #expect(try refusal("{\"type\":\"GeometryCollection\",\"geometries\":[\(broken)]}") != nil)
    // These have no area that could go missing.
    #expect(try refusal("{\"type\":\"Polygon\",\"coordinates\":[]}") == nil)
    #expect(try refusal("{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,0]]}") == nil)
  }

  @Test func oneFeatureOrABareGeometry() throws {
    let polygon = "{\"coordinates\": [[[0,0],[1,0],[1,1],[0,0]]], \"type\": \"Polygon\"}"
    let feature = try zones("{\"type\":\"Feature\",\"id\":5,\"geometry\":\(polygon)}")
    #expect(feature.map(\.id) == ["5"])
    let bare = try zones(polygon)
    #expect(bare.map(\.id) == ["0"])
    #expect(bare[0].shape == feature[0].shape)
    #expect(bare[0].shape == .polygon([[[0, 0], [1, 0], [1, 1], [0, 0]]]))
  }

  @Test func heightsAreIgnored() throws {
    let flat = try shape("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}")
    #expect(
      try shape("{\"type\":\"Polygon\",\"coordinates\":[[[0,0,5],[1,0,6.5],[1,1,-1],[0,0,5]]]}") == flat)
    #expect(
      try shape("{\"type\":\"Point\",\"coordinates\":[3,4,100]}") == .point(Point(longitude: 3, latitude: 4)))
  }

  @Test func theTypeMayStandBehindTheCoordinates() throws {
    let square = "[[[[0,0],[1,0],[1,1],[0,0]]],[[[2,2],[3,2],[3,3],[2,2]],[[2.5,2.2],[2.6,2.2],[2.6,2.3]]]]"
    let first = try shape("{\"type\":\"MultiPolygon\",\"coordinates\":\(square)}")
    #expect(try shape("{\"coordinates\":\(square),\"type\":\"MultiPolygon\"}") == first)
    guard case .area(let area) = first else {
      Issue.record("no area")
      return
    }
    #expect(area.ringEnds == [4, 8, 11] && area.partEnds == [1, 3])
  }

  @Test func collectionsArePolygonsTogetherOrOnePoint() throws {
    let a = "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}"
    let b = "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[2,0],[3,0],[3,1],[2,0]]]]}"
    let line = "{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,0]]}"
    let point = "{\"type\":\"Point\",\"coordinates\":[3,4]}"
    let both = Shape.multi([[[[0, 0], [1, 0], [1, 1], [0, 0]]], [[[2, 0], [3, 0], [3, 1], [2, 0]]]])
    #expect(
      try shape("{\"type\":\"GeometryCollection\",\"geometries\":[\(a),\(line),\(b),\(point)]}") == both)
    #expect(
      try shape("{\"type\":\"GeometryCollection\",\"geometries\":[\(point)]}")
        == .point(Point(longitude: 3, latitude: 4)))
    guard case .refused(let reason) = try shape("{\"type\":\"GeometryCollection\",\"geometries\":[\(line)]}")
    else {
      Issue.record("not refused")
      return
    }
    #expect(reason.contains("LineString"))
  }

  @Test(arguments: [
    ("null", "no geometry"), ("5", "no object"), ("{\"coordinates\":[1,2]}", "no type"),
    ("{\"type\":\"Polygon\"}", "no coordinates"), ("{\"type\":\"Polygon\",\"coordinates\":[]}", "empty"),
    ("{\"type\":\"Polygon\",\"coordinates\":[[]]}", "empty"),
    ("{\"type\":\"Circle\",\"coordinates\":[1,2]}", "Circle"),
    ("{\"type\":\"MultiPoint\",\"coordinates\":[[1,2]]}", "MultiPoint has no area"),
    ("{\"type\":\"Polygon\",\"coordinates\":[[0,0],[1,0],[1,1]]}", "nested 2 deep instead of 3"),
    ("{\"type\":\"Polygon\",\"coordinates\":[[[0],[1,0],[1,1]]]}", "not a longitude and a latitude"),
    ("{\"type\":\"Polygon\",\"coordinates\":[[[0,null],[1,0],[1,1]]]}", "no numbers"),
    ("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,95],[1,1]]]}", "latitude 95.0"),
    ("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[500000,1],[1,1]]]}", "longitude 500000.0"),
    ("{\"type\":\"Point\",\"coordinates\":[1,1e999]}", "latitude inf"),
    ("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1]],[2,2]]}", "nested unevenly"),
    ("{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1]]],[[2,2],[3,2],[3,3]]]}", "unevenly"),
  ])
  func whatCannotBeUsedIsRefusedWithTheReason(text: String, words: String) throws {
    guard case .refused(let reason) = try shape(text) else {
      Issue.record("\(text) was not refused")
      return
    }
    #expect(reason.contains(words), "\(reason)")
  }

  @Test func emptyArraysAmongTheCoordinatesAddNothing() throws {
    let plain = try shape("{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1]]]]}")
    let more = "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1]],[]],[]]}"
    #expect(try shape(more) == plain)
  }

  @Test func whatIsNoJSONIsAnError() {
    #expect { try zones("{\"type\": \"FeatureCollection\", \"features\": [") } throws: {
      FailureKind(of: $0) == .rejected && "\($0)".contains("line 1")
    }
    #expect { try zones("[1]") } throws: { "\($0)".contains("no GeoJSON") }
    #expect { try zones("{\"a\": 1}") } throws: { "\($0)".contains("has no type") }
  }
}
