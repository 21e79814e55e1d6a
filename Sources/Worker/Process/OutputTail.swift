import Glibc

/// Follows a file that a process writes its output to.
struct OutputTail {
  let path: String
  /// How far it has been read.
  private(set) var position: Int
  /// What came last, for the log of a run that crashed.
  private(set) var lastBytes: [UInt8] = []

  private static let keptBytes = 4096

  /// - Parameter position: where to begin: a worker that takes a process up goes on where the one before it was.
  init(path: String, position: Int = 0) {
    self.path = path
    self.position = position
  }

  /// Of a process that is about to be started: what is in the file already is of an attempt before it.
  static func atEnd(of path: String) -> OutputTail {
    var status = stat()
    return OutputTail(path: path, position: stat(path, &status) == 0 ? Int(status.st_size) : 0)
  }

  /// What has come since, by pieces. Where the file is longer than `limit` and all of it has been read, it is emptied:
  /// a process that appends writes on at its beginning.
  mutating func read(emptyingAbove limit: Int = 64 << 20, _ write: ([UInt8]) -> Void) {
    let file = open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = pread(file, &chunk, chunk.count, off_t(position))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      position += count
      let piece = Array(chunk[..<count])
      lastBytes = Array((lastBytes + piece).suffix(Self.keptBytes))
      write(piece)
    }
    if position > limit, ftruncate(file, 0) == 0 { position = 0 }
  }

  /// The last lines, whole as far as they were kept.
  var lastLines: String {
    let text = String(decoding: lastBytes, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    // The first of them may have been cut.
    let whole = lastBytes.count == Self.keptBytes && lines.count > 1 ? lines.dropFirst() : lines[...]
    return whole.suffix(20).joined(separator: "\n")
  }
}
