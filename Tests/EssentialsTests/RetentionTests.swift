import Foundation
import Testing

@testable import Essentials

@Suite("What programs leave behind is kept for a time, and up to a size") struct RetentionTests {
  private let day = 86_400.0
  private let now = Date(timeIntervalSince1970: 1_800_000_000)

  private func entry(_ name: String, _ bytes: Int, days: Double) -> Retention.Entry {
    Retention.Entry(name, bytes: bytes, changed: now.addingTimeInterval(-days * day))
  }

  @Test("The old ones go, whatever their size")
  func age() {
    let rule = Retention(age: .seconds(7 * 86_400), bytes: 1000)
    let entries = [entry("new", 10, days: 6.9), entry("old", 10, days: 7.1), entry("older", 0, days: 30)]
    #expect(rule.outdated(entries, now: now) == ["older", "old"])
    #expect(rule.outdated([], now: now).isEmpty)
  }

  @Test("Of too many bytes the oldest go, until the rest is little enough")
  func size() {
    let rule = Retention(age: .seconds(90 * 86_400), bytes: 100)
    let entries = [entry("a", 60, days: 2), entry("b", 50, days: 3), entry("c", 40, days: 4)]
    // 150 bytes: without c they are 110, without b 60.
    #expect(rule.outdated(entries, now: now) == ["c", "b"])
    #expect(rule.outdated(Array(entries.prefix(1)) + [entry("d", 40, days: 5)], now: now).isEmpty)
  }

  @Test("What was changed a moment ago stays, even where it is too much, and so does what lies in the future")
  func spared() {
    let rule = Retention(age: .zero, bytes: 0, spared: .seconds(3600))
    let entries = [
      entry("in use", 1_000_000, days: 0.04), entry("done", 1, days: 0.05), entry("ahead", 5, days: -1),
    ]
    #expect(rule.outdated(entries, now: now) == ["done"])
  }

  @Test(
    "A folder counts with all that it holds, and is as young as the youngest of it; others are left alone")
  func onDisk() throws {
    let manager = FileManager.default
    let root = manager.temporaryDirectory.appending(path: "sluice-retention-\(UUID().uuidString)").path
    defer { try? manager.removeItem(atPath: root) }
    func make(_ path: String, bytes: Int, days: Double) throws {
      let file = "\(root)/\(path)"
      try manager.createDirectory(
        atPath: URL(filePath: file).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try Data(repeating: 65, count: bytes).write(to: URL(filePath: file))
      let changed = now.addingTimeInterval(-days * day)
      try manager.setAttributes([.modificationDate: changed], ofItemAtPath: file)
    }
    func age(_ folder: String, days: Double) throws {
      try manager.setAttributes(
        [.modificationDate: now.addingTimeInterval(-days * day)], ofItemAtPath: "\(root)/\(folder)")
    }
    try make("old/run.log", bytes: 10, days: 40)
    try age("old", days: 40)
    try make("mixed/run.log", bytes: 10, days: 40)
    try make("mixed/deep/new.md", bytes: 10, days: 3)
    try age("mixed/deep", days: 40)
    try age("mixed", days: 40)
    try make("lock", bytes: 0, days: 400)
    let rule = Retention(age: .seconds(30 * 86_400), bytes: 1000)
    #expect(rule.apply(to: root, now: now) { $0 != "lock" } == ["old"])
    #expect(try manager.contentsOfDirectory(atPath: root).sorted() == ["lock", "mixed"])
    // Twenty bytes are too many for a rule of 15.
    #expect(Retention(age: .seconds(1e9), bytes: 15).apply(to: root, now: now) { $0 != "lock" } == ["mixed"])
    #expect(rule.apply(to: "\(root)/nowhere", now: now).isEmpty)
  }
}
