import Connectors
import Essentials
import Foundation
import Glibc
import Testing

@Suite("Local files") struct LocalFileTests {
  let folder: TestFolder
  let storage = Storage()

  init() throws { folder = try TestFolder() }

  @Test("What is written is read back, in chunks, whatever its size", arguments: [0, 1, 262_144, 700_000])
  func roundTrip(_ count: Int) async throws {
    let bytes = noise(count)
    let location = folder.location("a.bin")
    let writer = try await storage.writer(to: location)
    for start in stride(from: 0, to: count, by: 1000) {
      try await writer.write(Array(bytes[start..<min(count, start + 1000)]))
    }
    #expect(writer.byteCount == count)
    try await writer.finish()
    #expect(try folder.bytes("a.bin") == bytes)
    var sizes: [Int] = []
    for try await chunk in try await storage.reader(of: location) { sizes.append(chunk.count) }
    #expect(sizes.reduce(0, +) == count)
    #expect(sizes.allSatisfy { $0 > 0 && $0 <= 262_144 })
    #expect(try await storage.read(location) == bytes)
    #expect(try await storage.size(of: location) == count)
  }

  @Test("The file appears when it is finished, and not before; nothing else is left beside it")
  func appearance() async throws {
    let location = folder.location("new/deep/a.txt")
    let writer = try await storage.writer(to: location)
    try await writer.write("hello ")
    #expect(try await !storage.exists(location))
    try await writer.write("world")
    try await writer.finish()
    #expect(try folder.everything() == ["new", "new/deep", "new/deep/a.txt"])
    #expect(String(decoding: try await storage.read(location), as: UTF8.self) == "hello world")
  }

  @Test("Abandoned, let go of, or never finished: the old content stays and no draft is left")
  func abandoned() async throws {
    try folder.put("old".utf8, "a.txt")
    let writer = try await storage.writer(to: folder.location("a.txt"))
    try await writer.write(noise(300_000))
    #expect(try folder.everything().count == 2)
    await writer.abandon()
    #expect(try folder.everything() == ["a.txt"])
    #expect(try folder.bytes("a.txt") == Array("old".utf8))
    await #expect(throws: Fault.self) { try await writer.write("more") }
    await #expect(throws: Fault.self) { try await writer.finish() }
  }

  @Test("A cancelled task leaves no file")
  func cancelled() async throws {
    let writer = try await storage.writer(to: folder.location("a.txt"))
    let task = Task {
      try await writer.write(noise(300_000))
      while !Task.isCancelled { await Task.yield() }
      try await writer.finish()
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try folder.everything() == [])
  }

  @Test("A file that is replaced keeps its rights, and a link leads where it led")
  func replaced() async throws {
    try folder.put("old".utf8, "real.txt")
    chmod("\(folder.path)/real.txt", 0o640)
    symlink("real.txt", "\(folder.path)/link.txt")
    try await storage.write(Array("new".utf8), to: folder.location("link.txt"))
    #expect(try folder.bytes("real.txt") == Array("new".utf8))
    var status = stat()
    #expect(stat("\(folder.path)/real.txt", &status) == 0 && status.st_mode & 0o777 == 0o640)
    #expect(lstat("\(folder.path)/link.txt", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test("A name as long as file systems take")
  func longName() async throws {
    let name = String(repeating: "ä", count: 127)
    try await storage.write([1], to: folder.location(name))
    #expect(try folder.everything() == [name])
  }

  @Test("Bytes that are appended without waiting arrive in order")
  func append() async throws {
    let writer = try await storage.writer(to: folder.location("a.bin"))
    let bytes = noise(600_000)
    bytes.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: 7) {
        writer.append(UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 7)]))
      }
    }
    try await writer.flush()
    try await writer.finish()
    #expect(try folder.bytes("a.bin") == bytes)
  }

  @Test("A full device is named, and is no fault of the operator's parameters")
  func full() async throws {
    let writer = try await storage.writer(to: .file("/dev/full"))
    let error = await #expect(throws: FileFailure.self) {
      try await writer.write(noise(300_000))
      try await writer.finish()
    }
    #expect(error?.message == "cannot write /dev/full: the disk is full")
    #expect(error?.kind == .fault)
  }

  @Test("A disk that becomes full leaves the old content and no draft", .enabled(if: SmallDisk.isPossible))
  func fullDisk() async throws {
    let disk = try SmallDisk(folder.path, kilobytes: 256)
    try folder.put("old".utf8, "a.bin")
    let writer = try await storage.writer(to: folder.location("a.bin"))
    let error = await #expect(throws: FileFailure.self) {
      for _ in 0..<10 { try await writer.write(noise(100_000)) }
      try await writer.finish()
    }
    #expect(error?.message == "cannot write \(folder.path)/a.bin: the disk is full")
    #expect(error?.remedy == "Free some space on it, or choose another place.")
    #expect(try folder.everything() == ["a.bin"])
    #expect(try folder.bytes("a.bin") == Array("old".utf8))
    disk.remove()
  }

  @Test("Reading what is not there, or is no file, says so")
  func missing() async throws {
    var error = await #expect(throws: FileFailure.self) { try await storage.read(folder.location("none")) }
    #expect(error?.message == "cannot read \(folder.path)/none: there is no such file")
    #expect(error?.kind == .configuration)
    error = await #expect(throws: FileFailure.self) { try await storage.read(.file(folder.path)) }
    #expect(error?.message == "cannot read \(folder.path): it is a folder")
    try folder.put([], "file")
    error = await #expect(throws: FileFailure.self) {
      try await storage.write([], to: folder.location("file/a"))
    }
    #expect(error?.message.contains("a part of the path is a file, not a folder") == true)
    error = await #expect(throws: FileFailure.self) { try await storage.write([], to: .file(folder.path)) }
    #expect(error?.message == "cannot write \(folder.path): it is a folder")
    error = await #expect(throws: FileFailure.self) { try await storage.write([], to: .file("new/")) }
    #expect(error?.kind == .configuration)
  }

  @Test("Files are listed at any depth, by name, without hidden ones, and deleted")
  func list() async throws {
    for name in ["b.txt", "a/z", "a/b/c", ".hidden", "a/.x.part"] {
      try await storage.write(Array(name.utf8), to: folder.location(name))
    }
    symlink("..", "\(folder.path)/a/circle")
    let files = try await storage.list(.file(folder.path))
    #expect(files.map(\.location) == ["a/b/c", "a/z", "b.txt"].map { folder.location($0) })
    #expect(files.map(\.size) == [5, 3, 5])
    try await storage.delete(folder.location("b.txt"))
    try await storage.delete(folder.location("b.txt"))
    #expect(try await !storage.exists(folder.location("b.txt")))
    #expect(try await !storage.exists(folder.location("a")))
    #expect(try await storage.list(folder.location("none")) == [])
  }
}

/// A small file system in memory, over a folder. Only root may make one, and not everywhere.
final class SmallDisk {
  static let isPossible: Bool = {
    guard geteuid() == 0, let folder = try? TestFolder(),
      let disk = try? SmallDisk(folder.path, kilobytes: 64)
    else { return false }
    disk.remove()
    return true
  }()

  private let path: String

  init(_ path: String, kilobytes: Int) throws {
    self.path = path
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  func remove() { umount(path) }
}
