import Climate
import Essentials
import Glibc
import Synchronization
import Testing

@Suite struct WeightsCacheTests {
  /// A folder for the time of a test, and what the log said meanwhile.
  private func inFolder(_ body: (String, Log, () -> [String]) throws -> Void) throws {
    var template = Array("/tmp/climate-cache-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      Issue.record("no folder")
      return
    }
    let folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    final class Lines: Sendable { let lines = Mutex<[String]>([]) }
    let lines = Lines()
    let log = Log(label: "test") { line in lines.lines.withLock { $0.append(line.message) } }
    defer {
      for name in names(folder) { unlink("\(folder)/\(name)") }
      rmdir(folder)
    }
    try body(folder, log) { lines.lines.withLock { $0 } }
  }

  private func names(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private let zones = [
    Zone(id: "a", shape: .box(0.3, 0.2, 2.7, 3.1)),
    Zone(id: "b", shape: .point(Point(longitude: 1.2, latitude: 2))),
    Zone(id: "c", geoJSON: nil), Zone(id: "d", shape: .box(90, 0, 91, 1)),
  ]

  private func same(_ left: ZonalWeights, _ right: ZonalWeights) -> Bool {
    left.ids == right.ids && left.inGridFractions == right.inGridFractions && left.refusals == right.refusals
      && left.weights.map(\.bitPattern) == right.weights.map(\.bitPattern) && left.cells == right.cells
      && left.representatives == right.representatives
  }

  @Test func whatIsKeptIsWhatWasWorkedOut() throws {
    try inFolder { folder, log, lines in
      let grid = try TestGrids.unit()
      let fresh = ZonalWeights(grid: grid, zones: zones)
      #expect(same(ZonalWeights.cached(in: folder, grid: grid, zones: zones, log: log), fresh))
      #expect(names(folder).count == 1)
      #expect(same(ZonalWeights.cached(in: folder, grid: grid, zones: zones, log: log), fresh))
      #expect(names(folder).count == 1)
      // Other names for the same geometries are the same weights.
      let renamed = zones.map { Zone(id: $0.id + "2", shape: $0.shape) }
      #expect(
        ZonalWeights.cached(in: folder, grid: grid, zones: renamed, log: log).ids == ["a2", "b2", "c2", "d2"])
      #expect(names(folder).count == 1)
      #expect(lines().isEmpty)
    }
  }

  @Test func anotherGridOrGeometryIsAnotherFile() throws {
    try inFolder { folder, log, _ in
      _ = ZonalWeights.cached(in: folder, grid: try TestGrids.unit(), zones: zones, log: log)
      _ = ZonalWeights.cached(in: folder, grid: try TestGrids.unit(5), zones: zones, log: log)
      let moved = [Zone(id: "a", shape: .box(0.3, 0.2, 2.7, 3.1.nextUp))] + zones.dropFirst()
      _ = ZonalWeights.cached(in: folder, grid: try TestGrids.unit(), zones: moved, log: log)
      #expect(names(folder).count == 3)
    }
  }

  @Test(arguments: [0, 1, 2]) func aDamagedFileIsMadeAnew(damage: Int) throws {
    try inFolder { folder, log, lines in
      let grid = try TestGrids.unit()
      let fresh = ZonalWeights.cached(in: folder, grid: grid, zones: zones, log: log)
      let path = "\(folder)/\(names(folder)[0])"
      var bytes = try FileOutput.read(path)
      switch damage {
      case 0: bytes.removeLast(8)
      case 1: bytes[bytes.count / 2] ^= 1
      default: bytes = []
      }
      try FileOutput.write(to: path) { try bytes.withUnsafeBytes($0) }
      #expect(same(ZonalWeights.cached(in: folder, grid: grid, zones: zones, log: log), fresh))
      #expect(lines().count == 1 && lines()[0].contains("damaged"))
      #expect(same(ZonalWeights.cached(in: folder, grid: grid, zones: zones, log: log), fresh))
      #expect(lines().count == 1)
    }
  }

  @Test func aFolderThatIsNotThereIsAWarning() throws {
    try inFolder { folder, log, lines in
      let weights = ZonalWeights.cached(
        in: "\(folder)/missing", grid: try TestGrids.unit(), zones: zones, log: log)
      #expect(weights.ids.count == 4)
      #expect(lines().count == 1 && lines()[0].contains("cannot be kept"))
    }
  }
}
