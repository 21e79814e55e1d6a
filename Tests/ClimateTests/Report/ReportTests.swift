import Climate
import Essentials
import FoundationEssentials
import Testing

@Suite struct ReportTests {
  private func lines(_ write: (([UInt8]) throws -> Void) throws -> Void) rethrows -> [String] {
    var bytes: [UInt8] = []
    try write { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func theTableHasEveryStepAndTheZonesInTheirOrder() throws {
    let grid = try TestGrids.unit()
    let zones = [
      Zone(id: "b, \"x\"", shape: .box(0, 3, 1, 4)), Zone(id: "a", shape: .box(-1, 3, 1, 4)),
      Zone(id: "n", geoJSON: nil),
    ]
    let times = [Date(timeIntervalSince1970: 1_706_745_599), Date(timeIntervalSince1970: -1)]
    let field = try Field(grid: grid, times: times, values: (0..<32).map { Double($0) + 0.1 })
    let made = ZonalWeights(grid: grid, zones: zones)
    let series = try made.means(of: field)
    #expect(
      try lines { try ZonalTable(made).write(series, firstStep: 0, to: $0) } == [
        "\"b, \"\"x\"\"\",0,2024-01-31T23:59:59Z,0.10000000000000001,ok,1,1",
        "a,0,2024-01-31T23:59:59Z,0.10000000000000001,ok,1,0.5",
        "n,0,2024-01-31T23:59:59Z,,rejected,0,0",
        "\"b, \"\"x\"\"\",1,1969-12-31T23:59:59Z,16.100000000000001,ok,1,1",
        "a,1,1969-12-31T23:59:59Z,16.100000000000001,ok,1,0.5",
        "n,1,1969-12-31T23:59:59Z,,rejected,0,0",
      ])
    let weights = ZonalWeights(grid: grid, zones: [Zone(id: "c", shape: .box(0.5, 2.5, 2, 4))])
    #expect(
      try lines { try ZonalTable.writeCoverage(weights, to: $0) } == [
        "id,row,col,fraction", "c,0,0,0.5", "c,0,1,1", "c,1,0,0.25", "c,1,1,0.5",
      ])
  }

  @Test func aFileInWords() throws {
    let maker = NetCDFMaker.modern(
      times: [1_704_067_200, 1_706_745_600], latitudes: [10, 9.9], longitudes: [-13.3, -13.2],
      expver: ["0001", "0005"],
      fields: [("t2m", "K", Array(repeating: 1, count: 8))])
    let text = try withClimateFile(maker) { GridReport.text($0) }
    let expected = [
      "Grid: 2 rows x 2 columns, 9.85...10.05 N, -13.35...-13.15 E, cells of 0.1 x 0.1 degrees",
      "  on the 0.1 degree lattice of ERA5-Land", "Variable t2m: t2m, in K",
      "  2 times from 2024-01-01T00:00:00Z to 2024-02-01T00:00:00Z", "  1 final, 1 preliminary",
    ]
    #expect(text.split(separator: "\n").dropFirst().map(String.init) == expected)
  }

  @Test func aFailedWriteLeavesNothingBehind() throws {
    try withTemporaryFile(Array("before".utf8)) { path throws in
      #expect(throws: ClimateFailure.self) {
        try FileOutput.write(to: path) { append in
          try append([1, 2, 3])
          throw ClimateFailure("stop")
        }
      }
      #expect(try FileOutput.read(path) == Array("before".utf8))
    }
    #expect { try FileOutput.write(to: "/nowhere/x") { _ in } } throws: {
      FailureKind(of: $0) == .configuration
    }
  }

  @Test func aMapHasEachZoneInTheColourOfItsValue() throws {
    let zones = [
      Zone(id: "a<b", shape: .box(0, 0, 2, 4)), Zone(id: "c", shape: .box(2, 0, 4, 4)),
      Zone(id: "n", geoJSON: nil),
      Zone(id: "p", shape: .point(Point(longitude: 3.5, latitude: 3.5))),
      Zone(id: "off", shape: .box(10, 0, 11, 1)),
    ]
    let field = try TestGrids.field(TestGrids.unit()) { _, longitude in longitude < 2 ? 1 : 3 }
    let series = try ZonalWeights(grid: TestGrids.unit(), zones: zones).means(of: field)
    let svg = ZonalMap.svg(zones, series, step: 0, title: "Rain & shine")
    #expect(svg.contains("Rain &amp; shine"))
    #expect(svg.contains("fill=\"#fde725\" fill-rule=\"evenodd\"><title>a&lt;b: 1.0, ok</title>"))
    #expect(svg.contains("fill=\"#440154\" fill-rule=\"evenodd\"><title>c: 3.0, ok</title>"))
    #expect(svg.contains("r=\"4\" fill=\"#440154\"><title>p: 3.0, ok</title>"))
    #expect(svg.contains("fill=\"#d9d9d9\" fill-rule=\"evenodd\"><title>off: outside-grid</title>"))
    #expect(!svg.contains("<title>n"))
    #expect(ZonalMap.svg([zones[2]], series, step: 0, title: "empty").contains("empty"))
  }
}
