import Climate
import Essentials
import FoundationEssentials
import Glibc
import Synchronization
import Testing

@Suite struct ReportTests {
  private func lines(_ write: (ByteSink) throws -> Void) rethrows -> [String] {
    let bytes = Mutex<[UInt8]>([])
    try write { some in bytes.withLock { $0 += some } }
    return String(decoding: bytes.withLock { $0 }, as: UTF8.self).split(separator: "\n").map(String.init)
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
    let text = try lines {
      let counts = try ZonalTable(made).write(field, options: ZonalOptions(), to: $0)
      #expect(counts == [.ok: 4, .rejected: 2])
    }
    #expect(
      text == [
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

  @Test(arguments: [1, 2, 5]) func theRowsAreThoseOfTheSeriesWhateverTheThreads(threads: Int) throws {
    let grid = try TestGrids.unit()
    var random = SteadyRandom(9)
    // Seven steps of the last eight are missing; a zone without values borrows one at some steps only.
    let steps = 81
    let times = (0..<steps).map { Date(timeIntervalSince1970: Double($0) * 3600) }
    let values = (0..<16 * steps).map { $0 % 3 == 0 ? .nan : Double.random(in: 0...1, using: &random) }
    let field = try Field(grid: grid, times: times, values: values)
    let zones = [
      Zone(id: "a", shape: .box(0.1, 0.2, 3.3, 2.9)), Zone(id: "b", shape: .box(1.2, 1.2, 1.4, 1.5)),
    ]
    let weights = ZonalWeights(grid: grid, zones: zones)
    let options = ZonalOptions(nearest: 1.1, threads: threads)
    let series = try weights.means(of: field, options: options)
    let text = try lines {
      let counts = try ZonalTable(weights).write(field, firstStep: 7, options: options, to: $0)
      #expect(counts == series.statusCounts)
    }
    #expect(text.count == 2 * steps && series.statusCounts[.nearest] != nil)
    for (number, line) in text.enumerated() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let value = series[zone: number % 2, time: number / 2]
      #expect(fields[0] == zones[number % 2].id && fields[1] == "\(number / 2 + 7)")
      #expect(Double(fields[3]) == value.value && fields[4] == value.status.rawValue)
      #expect(Double(fields[5]) == value.validFraction && Double(fields[6]) == value.inGridFraction)
    }
  }

  @Test(arguments: [1, 2]) func anErrorOfTheWriterEndsTheTable(threads: Int) throws {
    let grid = try TestGrids.unit()
    let times = (0..<200).map { Date(timeIntervalSince1970: Double($0)) }
    let field = try Field(grid: grid, times: times, values: [Double](repeating: 1, count: 3200))
    let weights = ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: .box(0, 0, 1, 1))])
    let calls = Mutex(0)
    #expect {
      _ = try ZonalTable(weights).write(field, options: ZonalOptions(threads: threads)) { _ in
        let count = calls.withLock { count in
          count += 1
          return count
        }
        if count == 2 { throw ClimateFailure("the disk is full") }
      }
    } throws: {
      "\($0)".contains("the disk is full")
    }
    #expect(calls.withLock { $0 } == 2)
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

  @Test(
    arguments: [
      ([10, 5], [15, 20], "not of the spacing of the 0.1 degree lattice of ERA5-Land: another dataset"),
      (
        [10.03, 9.93], [15, 15.1],
        "up to 0.03 degrees beside the 0.1 degree lattice of ERA5-Land: interpolated"
      ),
      ([10], [15], "on the 0.1 degree lattice of ERA5-Land"),
    ] as [([Double], [Double], String)])
  func howAGridLiesToThatOfERA5Land(latitudes: [Double], longitudes: [Double], words: String) throws {
    let maker = NetCDFMaker.modern(
      times: [0], latitudes: latitudes, longitudes: longitudes,
      fields: [("t2m", "K", Array(repeating: 1, count: latitudes.count * longitudes.count))])
    let text = try withClimateFile(maker) { GridReport.text($0) }
    #expect(text.contains("\n  \(words)"), "\(text)")
  }

  @Test func aFailedWriteLeavesNothingBehind() throws {
    try withTemporaryFile(Array("before".utf8)) { path throws in
      #expect(throws: ClimateFailure.self) {
        try FileOutput.write(to: path) { append in
          try [1, 2, 3].withUnsafeBytes(append)
          throw ClimateFailure("stop")
        }
      }
      #expect(try FileOutput.read(path) == Array("before".utf8))
    }
    #expect { try FileOutput.write(to: "/nowhere/x") { _ in } } throws: {
      FailureKind(of: $0) == .configuration
    }
  }

  @Test func aLinkStaysAndADeviceIsWrittenTo() throws {
    try withTemporaryFile(Array("before".utf8)) { path throws in
      let link = "\(path).link"
      #expect(symlink(path, link) == 0)
      defer { unlink(link) }
      try FileOutput.write(to: link) { try Array("after".utf8).withUnsafeBytes($0) }
      #expect(try FileOutput.read(path) == Array("after".utf8))
      var status = stat()
      #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }
    // A named pipe stands for all that is no file: what replaced it would be one, and nothing would come out.
    try withTemporaryFile([]) { path throws in
      let pipe = "\(path).pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      defer { unlink(pipe) }
      let reader = open(pipe, O_RDWR | O_NONBLOCK)
      defer { close(reader) }
      try FileOutput.write(to: pipe) { try Array("row".utf8).withUnsafeBytes($0) }
      var bytes = [UInt8](repeating: 0, count: 8)
      #expect(read(reader, &bytes, bytes.count) == 3)
      #expect(bytes.prefix(3) == Array("row".utf8)[...])
    }
  }

  @Test func aMapOfAnAreaOverTheAntimeridianIsAsWideAsTheArea() throws {
    let islands = Shape.multi([
      [Shape.rectangle(179, 0, 180, 1)], [Shape.rectangle(-180, 0, -179, 1)],
    ])
    let zones = [Zone(id: "a", shape: islands)]
    // Two degrees by one: 780 wide, 390 high; the western half begins at the left rim, the eastern one in the middle.
    let svg = ZonalMap.svg(zones, values: [1], title: "islands")
    #expect(svg.contains("d=\"M10.0 "), "\(svg)")
    #expect(svg.contains("ZM400.0 "), "\(svg)")
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
