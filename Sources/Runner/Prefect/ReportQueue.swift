import Essentials
import Foundation
import Glibc

/// Documents on their way out: the first ones in memory, the rest in a file, one a line, while more come in than go out.
///
/// A file that a killed process left is read first, so that the next process of the same run sends it.
struct ReportQueue: Sendable {
  private let path: String
  private let memoryLimit: Int
  private let fileLimit: Int
  /// Whether a process before this one left documents: nobody knows whether they had been sent.
  let wasLeft: Bool
  private var memory: ArraySlice<[UInt8]> = []
  private var memoryBytes = 0
  /// Whether what is in memory was read from the file, which then has it still.
  private var isMemoryOfFile = false
  private var file: Int32 = -1
  private var readOffset = 0
  private var writeOffset = 0
  /// How many documents found no room.
  private(set) var dropped = 0

  /// - Parameters:
  ///   - path: of the file, which is made when it is needed.
  ///   - memoryLimit: bytes in memory beyond which documents go to the file.
  ///   - fileLimit: bytes in the file beyond which documents are dropped.
  init(path: String, memoryLimit: Int, fileLimit: Int) {
    self.path = path
    self.memoryLimit = memoryLimit
    self.fileLimit = fileLimit
    wasLeft = access(path, F_OK) == 0
    guard wasLeft, open() else { return }
    writeOffset = max(0, Int(lseek(file, 0, SEEK_END)))
    guard writeOffset > 0, let last = lastLineBreak() else {
      discardFile()
      return
    }
    // What follows was cut off in the middle by the end of the process.
    writeOffset = last + 1
    _ = ftruncate(file, off_t(writeOffset))
  }

  var isEmpty: Bool { memory.isEmpty && readOffset == writeOffset }
  /// How many bytes wait.
  var bytes: Int { memoryBytes + writeOffset - readOffset }

  /// Adds a document, which must have no line break in it. It is counted as dropped where there is no room.
  mutating func append(_ document: [UInt8]) {
    if readOffset == writeOffset, memory.isEmpty || memoryBytes + document.count <= memoryLimit {
      if memory.isEmpty { isMemoryOfFile = false }
      memory.append(document)
      memoryBytes += document.count
    } else if writeOffset - readOffset + document.count + 1 > fileLimit || !write(document) {
      dropped += 1
    }
  }

  /// The first documents: at least one where there are any, and beyond that no more than so many, of so many bytes.
  mutating func first(count: Int, bytes: Int) -> [[UInt8]] {
    if memory.isEmpty { refill() }
    var taken: [[UInt8]] = []
    var size = 0
    for document in memory.prefix(count) {
      size += document.count
      if !taken.isEmpty, size > bytes { break }
      taken.append(document)
    }
    return taken
  }

  /// Forgets the first documents: they have arrived.
  mutating func remove(_ count: Int) {
    for document in memory.prefix(count) { memoryBytes -= document.count }
    memory = memory.dropFirst(count)
    if memory.isEmpty { memory = [] }
    if memory.isEmpty, readOffset == writeOffset { discardFile() }
  }

  /// How many documents were dropped since this was asked last.
  mutating func takeDropped() -> Int {
    defer { dropped = 0 }
    return dropped
  }

  /// Lets go of the file; it is removed where everything was taken, else it has everything that was not.
  mutating func close() {
    if readOffset == writeOffset, memory.isEmpty { return discardFile() }
    let next = "\(path).next"
    unlink(next)
    var whole = ReportQueue(path: next, memoryLimit: 0, fileLimit: .max)
    // What no file has.
    let unwritten = isMemoryOfFile ? 0 : memory.count
    var lost = 0
    repeat {
      for document in memory where !whole.write(document) { lost += 1 }
      memory = []
      memoryBytes = 0
      refill()
    } while !memory.isEmpty
    let hadFile = file >= 0
    if hadFile { _ = Glibc.close(file) }
    if whole.file >= 0 { _ = Glibc.close(whole.file) }
    (file, readOffset, writeOffset) = (-1, 0, 0)
    // Over the file, which is there until the other has taken its place.
    if lost == 0 || !hadFile, rename(next, path) == 0 {
      dropped += lost
    } else {
      // The disk is full: the file has too much rather than too little.
      unlink(next)
      dropped += hadFile ? unwritten : max(lost, 1)
    }
  }

  private mutating func open() -> Bool {
    if file < 0 {
      let folder = URL(filePath: path).deletingLastPathComponent().path
      try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    }
    return file >= 0
  }

  private mutating func discardFile() {
    if file >= 0 {
      _ = Glibc.close(file)
      unlink(path)
    }
    file = -1
    readOffset = 0
    writeOffset = 0
  }

  private mutating func write(_ document: [UInt8]) -> Bool {
    guard open() else { return false }
    let line = document + [UInt8(ascii: "\n")]
    var done = 0
    while done < line.count {
      let count = line[done...].withUnsafeBytes {
        pwrite(file, $0.baseAddress, $0.count, off_t(writeOffset + done))
      }
      if count < 0, errno == EINTR { continue }
      // The disk is full: the part that was written is written over by the next document.
      guard count > 0 else { return false }
      done += count
    }
    writeOffset += line.count
    return true
  }

  /// Brings the next part of the file, of whole lines, into memory.
  private mutating func refill() {
    var size = 1 << 20
    while readOffset < writeOffset {
      let chunk = read(min(size, writeOffset - readOffset), at: readOffset)
      guard !chunk.isEmpty else {
        // The file cannot be read any more: what is in it is lost, and counted as one.
        dropped += 1
        return discardFile()
      }
      guard let end = chunk.lastIndex(of: UInt8(ascii: "\n")) else {
        size *= 2
        continue
      }
      let lines = chunk[..<end].split(separator: UInt8(ascii: "\n")).map { Array($0) }
      memory = lines[...]
      isMemoryOfFile = true
      memoryBytes = lines.reduce(0) { $0 + $1.count }
      readOffset += end + 1
      return
    }
  }

  private func lastLineBreak() -> Int? {
    var end = writeOffset
    while end > 0 {
      let start = max(0, end - (64 << 10))
      if let found = read(end - start, at: start).lastIndex(of: UInt8(ascii: "\n")) { return start + found }
      end = start
    }
    return nil
  }

  private func read(_ count: Int, at offset: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = pread(
          file, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return }
        filled += got
      }
    }
  }
}
