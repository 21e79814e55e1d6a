import FlowKit
import FlowKitTesting
import Foundation
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@testable import Runner

@Suite("What runs of long ago have left goes with the next run") struct CleaningTests {
  private let now = Date(timeIntervalSince1970: 1_800_000_000)

  /// Makes a folder with a file in it, both last changed so many days ago.
  private func make(_ path: String, days: Double) throws {
    let manager = FileManager.default
    try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
    try "a line\n".write(toFile: "\(path)/logs.jsonl", atomically: true, encoding: .utf8)
    for item in ["\(path)/logs.jsonl", path] {
      try manager.setAttributes(
        [.modificationDate: now.addingTimeInterval(-days * 86_400)], ofItemAtPath: item)
    }
  }

  private func names(in path: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: path))
  }

  @Test("Reports that never arrived go after a month; those of the run itself are sent, however old")
  func reports() throws {
    let folder = try TemporaryFolder()
    let (own, old, recent) = (UUID(), UUID().wire, UUID().wire)
    for (id, days) in [(own.wire, 100.0), (old, 31), (recent, 29)] {
      try make("\(folder.path)/\(id)", days: days)
    }
    let execution = FlowExecution(
      reporter: RecordingReporter(), blocks: BlockStore([]), state: MemoryState(), cacheFolder: folder.path,
      clock: ManualClock(now: now))
    let life = try PrefectRunLife(
      PrefectRun(
        own, client: PrefectClient(PrefectConfiguration(apiURL: "http://127.0.0.1:1/api")),
        catalogue: Catalogue([]), execution: execution,
        options: PrefectRun.Options(spoolFolder: folder.path)))
    #expect(try names(in: folder.path) == [own.wire, recent])
    #expect(!life.outbox.isEmpty)
  }

  @Test("Records of runs go after a quarter of a year")
  func records() throws {
    let folder = try TemporaryFolder()
    try make("\(folder.path)/runs/2026-09-01-sum-aaaaaaaa", days: 93)
    try make("\(folder.path)/runs/2026-11-01-sum-bbbbbbbb", days: 91)
    let id = try #require(UUID(uuidString: "01234567-89AB-CDEF-0123-456789ABCDEF"))
    _ = try RunFolder(stateFolder: folder.path, flow: "sum", id: id, now: now)
    #expect(
      try names(in: "\(folder.path)/runs") == ["2026-11-01-sum-bbbbbbbb", "2027-01-15-sum-01234567"])
  }
}
