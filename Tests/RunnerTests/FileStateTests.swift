import FlowKit
import Foundation
import PrefectTesting
import Runner
import Testing

@Suite("State in files") struct FileStateTests {
  @Test("What was written last is read, by any process that comes later")
  func readBack() throws {
    let folder = try TemporaryFolder()
    try FileState(folder: folder.path).write("watermarks/flow/month", Array("1".utf8))
    try FileState(folder: folder.path).write("watermarks/flow/month", Array("2".utf8))
    #expect(try FileState(folder: folder.path).read("watermarks/flow/month") == Array("2".utf8))
    #expect(try FileState(folder: folder.path).read("watermarks/flow/week") == nil)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/watermarks/flow") == ["month"])
  }

  @Test("What is removed is gone, and removing it twice is no error")
  func remove() throws {
    let folder = try TemporaryFolder()
    let state = FileState(folder: folder.path)
    try state.write("a/b", [1])
    try state.write("a/b", nil)
    try state.write("a/b", nil)
    #expect(try state.read("a/b") == nil)
  }

  @Test("State is for its owner alone")
  func permissions() throws {
    let folder = try TemporaryFolder()
    try FileState(folder: folder.path).write("a/b", [1])
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/a/b")
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
  }

  @Test("A place that cannot be written is named, and what stood there stays")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    try folder.write("a", "file")
    let error = #expect(throws: Fault.self) { try FileState(folder: folder.path).write("a/b", [1]) }
    #expect(error?.message.hasPrefix("the state file \(folder.path)/a/b cannot be written: ") == true)
    #expect(try String(contentsOfFile: "\(folder.path)/a", encoding: .utf8) == "file")
    #expect(throws: Misconfiguration.self) {
      try FileManager.default.createDirectory(atPath: "\(folder.path)/d", withIntermediateDirectories: true)
      _ = try FileState(folder: folder.path).read("d")
    }
  }
}
