import Climate
import Testing

/// Files are one by what their coordinates say, however these are written.
@Suite("Several files as one") struct MergeTests {
  private let latitudes = [12, 11.9, 11.8]
  private let longitudes = [-14, -13.9, -13.8, -13.7]

  /// Two times; the values are 100 x time + 10 x row + column, with rows and columns as `latitudes` and `longitudes` have
  /// them.
  private func maker(
    times: [Int64], first: Int = 0, latitudes: [Double]? = nil, longitudes: [Double]? = nil,
    rows: [Int] = [0, 1, 2], columns: [Int] = [0, 1, 2, 3], chunks: [Int]? = nil
  ) -> NetCDFMaker {
    .modern(
      times: times, latitudes: latitudes ?? self.latitudes, longitudes: longitudes ?? self.longitudes,
      fields: [
        (
          "t2m", "K",
          times.indices.flatMap { time in
            rows.flatMap { row in columns.map { Float(100 * (first + time) + 10 * row + $0) } }
          }
        )
      ], chunks: chunks)
  }

  private func open<Result>(_ makers: [NetCDFMaker], _ body: (ClimateFile) throws -> Result) throws -> Result
  {
    try withTemporaryFile { one throws in
      try withTemporaryFile { two throws in
        try makers[0].write(to: one)
        try makers[1].write(to: two)
        return try body(ClimateFile(paths: [one, two]))
      }
    }
  }

  private func expectOneGrid(_ second: NetCDFMaker) throws {
    try open([maker(times: [0, 3600]), second]) { file throws in
      #expect(try file.grid.latitudes == latitudes)
      #expect(try file.grid.longitudes == longitudes)
      for range in [0..<4, 2..<3] {
        let field = try file.read("t2m", times: range)
        for time in range {
          for row in 0..<3 {
            for column in 0..<4 {
              let value = field[time: time - range.lowerBound, row: row, column: column]
              #expect(value == Double(100 * time + 10 * row + column))
            }
          }
        }
      }
    }
  }

  @Test(
    "Grids that differ by rounding, direction or a turn of the globe are one",
    arguments: [nil, [2, 3, 4]] as [[Int]?])
  func theSameGridWrittenDifferently(chunks: [Int]?) throws {
    let times: [Int64] = [7200, 10_800]
    let noise = { (numbers: [Double]) in numbers.map { $0 + 1e-12 } }
    try expectOneGrid(
      maker(
        times: times, first: 2, latitudes: noise(latitudes), longitudes: noise(longitudes), chunks: chunks))
    let floats = { (numbers: [Double]) in numbers.map { Double(Float($0)) } }
    try expectOneGrid(
      maker(
        times: times, first: 2, latitudes: floats(latitudes), longitudes: floats(longitudes), chunks: chunks))
    try expectOneGrid(
      maker(times: times, first: 2, latitudes: latitudes.reversed(), rows: [2, 1, 0], chunks: chunks))
    try expectOneGrid(
      maker(times: times, first: 2, longitudes: longitudes.reversed(), columns: [3, 2, 1, 0], chunks: chunks))
    try expectOneGrid(
      maker(
        times: times, first: 2, latitudes: latitudes.reversed(), longitudes: longitudes.map { $0 + 360 },
        rows: [2, 1, 0], chunks: chunks))
  }

  @Test("A global grid from 0 is the one from -180") func globalGrids() throws {
    let one = maker(times: [0], longitudes: [-180, -90, 0, 90])
    let two = maker(times: [3600], first: 1, longitudes: [0, 90, 180, 270], columns: [2, 3, 0, 1])
    try open([one, two]) { file throws in
      #expect(try file.grid.longitudes == [-180, -90, 0, 90])
      let field = try file.read("t2m")
      #expect((0..<4).map { field[time: 1, row: 1, column: $0] } == [110, 111, 112, 113])
    }
  }

  @Test("Neighbours side by side may count their rows the other way round") func neighbours() throws {
    let east = maker(
      times: [0], latitudes: [11.8, 11.9, 12], longitudes: [-13.6, -13.5, -13.4, -13.3], rows: [2, 1, 0])
    try open([maker(times: [0]), east]) { file throws in
      #expect(try file.grid.columnCount == 8)
      #expect(try file.grid.latitudes == latitudes)
      let field = try file.read("t2m")
      #expect((0..<8).map { field[time: 0, row: 2, column: $0] } == [20, 21, 22, 23, 20, 21, 22, 23])
    }
  }

  @Test("Grids that are not the same are not taken for it") func otherGrids() throws {
    let beside = maker(times: [7200], latitudes: [12.01, 11.91, 11.81])
    #expect { try open([maker(times: [0]), beside]) { _ in } } throws: { "\($0)".contains("not neighbours") }
  }

  private func version(_ expver: String, _ values: [Float], times: [Int64] = [0, 3600, 7200]) -> NetCDFMaker {
    .modern(
      times: times, latitudes: [1, 0], longitudes: [0, 1], expver: [expver],
      fields: [("t2m", "K", values)])
  }

  @Test("Where the final file has no value the preliminary one's counts", arguments: [false, true])
  func versionsCellByCell(isFinalFirst: Bool) throws {
    let gap = Float.nan
    // Sea in the last cell of both; the final one ends after the first time and one cell of the second.
    let final = version("0001", [1, 2, 3, gap, 5, gap, gap, gap, gap, gap, gap, gap])
    let preliminary = version("0005", [11, 12, 13, gap, 15, 16, 17, gap, 19, 20, 21, gap])
    try open(isFinalFirst ? [final, preliminary] : [preliminary, final]) { file throws in
      #expect(try file.variable("t2m").versions == [.final, .preliminary, .preliminary])
      for range in [0..<3, 1..<3] {
        let field = try file.read("t2m", times: range)
        let expected: [[Double]] = [[1, 2, 3], [5, 16, 17], [19, 20, 21]]
        for time in range {
          let found = (0..<4).map { field[time: time - range.lowerBound, row: $0 / 2, column: $0 % 2] }
          #expect(Array(found.prefix(3)) == expected[time])
          #expect(found[3].isNaN)
        }
      }
    }
  }

  @Test("Times that only one version has are as they are there") func versionsOfDifferentTimes() throws {
    let final = version("0001", [1, 2, 3, 4], times: [0])
    let preliminary = version("0005", [11, 12, 13, 14, 15, 16, 17, 18], times: [0, 3600])
    try open([preliminary, final]) { file throws in
      #expect(try file.variable("t2m").versions == [.final, .preliminary])
      let field = try file.read("t2m")
      #expect((0..<2).map { field[time: $0, row: 1, column: 1] } == [4, 18])
    }
  }
}
