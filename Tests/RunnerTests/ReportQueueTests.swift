import Foundation
import JSON
import PrefectTesting
import Testing

@testable import Runner

@Suite("Reports that wait to be sent") struct ReportQueueTests {
  private func document(_ text: String) -> [UInt8] { Array(text.utf8) }
  private func texts(_ documents: [[UInt8]]) -> [String] {
    documents.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("They come in the order in which they went in, whether in memory or on disk")
  func order() throws {
    let folder = try TemporaryFolder()
    var queue = ReportQueue(path: "\(folder.path)/a/logs.jsonl", memoryLimit: 10, fileLimit: 1000)
    for number in 0..<20 { queue.append(document("number \(number)")) }
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/a/logs.jsonl"))
    var seen: [String] = []
    while true {
      let batch = queue.first(count: 3, bytes: 1000)
      if batch.isEmpty { break }
      seen += texts(batch)
      queue.remove(batch.count)
    }
    #expect(seen == (0..<20).map { "number \($0)" })
    #expect(queue.isEmpty)
    #expect(queue.bytes == 0)
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/a/logs.jsonl"))
  }

  @Test("A batch ends before it is too large, and has one document at least")
  func batches() throws {
    let folder = try TemporaryFolder()
    var queue = ReportQueue(path: "\(folder.path)/q", memoryLimit: 1000, fileLimit: 1000)
    for text in ["aaaa", "bbbb", "cccc"] { queue.append(document(text)) }
    #expect(texts(queue.first(count: 10, bytes: 8)) == ["aaaa", "bbbb"])
    #expect(texts(queue.first(count: 1, bytes: 8)) == ["aaaa"])
    #expect(texts(queue.first(count: 10, bytes: 1)) == ["aaaa"])
    // What was shown and not removed comes again: it may not have arrived.
    #expect(texts(queue.first(count: 10, bytes: 100)) == ["aaaa", "bbbb", "cccc"])
  }

  @Test("What finds no room is counted, and what is there stays")
  func full() throws {
    let folder = try TemporaryFolder()
    var queue = ReportQueue(path: "\(folder.path)/q", memoryLimit: 4, fileLimit: 10)
    for text in ["aaaa", "bbbb", "cccc", "dddd", "eeee"] { queue.append(document(text)) }
    #expect(queue.takeDropped() == 2)
    #expect(queue.takeDropped() == 0)
    queue.remove(1)
    #expect(texts(queue.first(count: 9, bytes: 100)) == ["bbbb", "cccc"])
    queue.remove(2)
    queue.append(document("ffff"))
    #expect(texts(queue.first(count: 9, bytes: 100)) == ["ffff"])
  }

  @Test("What a process leaves is there for the next, but for a line that was cut off")
  func leftBehind() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/q"
    var queue = ReportQueue(path: path, memoryLimit: 8, fileLimit: 1000)
    for text in ["aaaa", "bbbb", "cccc", "dddd"] { queue.append(document(text)) }
    queue.remove(1)
    queue.close()
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data("cut o".utf8))
    try file.close()
    var next = ReportQueue(path: path, memoryLimit: 8, fileLimit: 1000)
    #expect(texts(next.first(count: 9, bytes: 100)) == ["bbbb", "cccc", "dddd"])
    next.append(document("eeee"))
    next.remove(3)
    #expect(texts(next.first(count: 9, bytes: 100)) == ["eeee"])
    next.remove(1)
    next.close()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("Where there is no room for what is left at the end, the file stays as it was")
  func fullAtTheEnd() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/q"
    var queue = ReportQueue(path: path, memoryLimit: 8, fileLimit: 1000)
    for text in ["aaaa", "bbbb", "cccc", "dddd"] { queue.append(document(text)) }
    queue.remove(2)
    // Nothing can be written where a folder is.
    try FileManager.default.createDirectory(atPath: "\(path).next", withIntermediateDirectories: true)
    queue.close()
    var next = ReportQueue(path: path, memoryLimit: 8, fileLimit: 1000)
    #expect(texts(next.first(count: 9, bytes: 100)) == ["cccc", "dddd"])
  }

  @Test("What is lost at the end is counted")
  func lostAtTheEnd() throws {
    let folder = try TemporaryFolder()
    try folder.write("file", "")
    var queue = ReportQueue(path: "\(folder.path)/file/q", memoryLimit: 8, fileLimit: 1000)
    for text in ["aaaa", "bbbb"] { queue.append(document(text)) }
    queue.close()
    #expect(queue.takeDropped() == 2)
  }

  @Test("A document larger than what is read at once comes whole")
  func large() throws {
    let folder = try TemporaryFolder()
    var queue = ReportQueue(path: "\(folder.path)/q", memoryLimit: 1, fileLimit: 10_000_000)
    queue.append(document("first"))
    let large = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
    queue.append(large)
    queue.remove(1)
    #expect(queue.first(count: 9, bytes: 100) == [large])
  }

  @Test("A folder that cannot be written loses what has no room in memory, and says how much")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    try folder.write("file", "")
    var queue = ReportQueue(path: "\(folder.path)/file/q", memoryLimit: 4, fileLimit: 1000)
    for text in ["aaaa", "bbbb"] { queue.append(document(text)) }
    #expect(queue.takeDropped() == 1)
    #expect(texts(queue.first(count: 9, bytes: 100)) == ["aaaa"])
  }
}

@Suite("What is too long is cut, and says so") struct ShorteningTests {
  @Test(
    "Texts are cut between characters",
    arguments: [
      ("abc", 3, "abc"), ("abcd", 3, "abc … (1 more bytes left out)"),
      ("aéb", 2, "a … (3 more bytes left out)"), ("👩‍👩‍👧x", 4, " … (19 more bytes left out)"), ("", 0, ""),
    ])
  func text(text: String, limit: Int, expected: String) {
    #expect(Shortening.text(text, limit: limit) == expected)
  }

  @Test("Tables lose their last rows")
  func table() {
    let rows: [JSONObject] = [["a": 1], ["a": 2], ["a": 3]]
    #expect(Shortening.table(rows, limit: 100) == (#"[{"a":1},{"a":2},{"a":3}]"#, 0))
    #expect(Shortening.table(rows, limit: 18) == (#"[{"a":1},{"a":2}]"#, 1))
    #expect(Shortening.table(rows, limit: 3) == ("[]", 3))
    #expect(Shortening.table([], limit: 3) == ("[]", 0))
  }
}
