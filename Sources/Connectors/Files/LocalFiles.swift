import Essentials
import Glibc

/// The bytes of a local file, in order.
///
/// Read on the thread that asks: a chunk that is in memory already is there sooner than another thread would be.
actor LocalSource: ByteSource {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure("read", path, error: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw FileFailure("read", path, error: EISDIR)
    }
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  deinit { close(descriptor) }

  func next() throws -> [UInt8]? {
    try Task.checkCancellation()
    var error: Int32 = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, filled in
      // A pipe gives less at a time; one full chunk is worth more to who reads it.
      while filled < chunkSize {
        let count = Glibc.read(descriptor, buffer.baseAddress! + filled, chunkSize - filled)
        if count < 0, errno == EINTR { continue }
        if count < 0 { error = errno }
        if count <= 0 { return }
        filled += count
      }
    }
    guard error == 0 else { throw FileFailure("read", path, error: error) }
    return chunk.isEmpty ? nil : chunk
  }
}

/// Writes a local file, which is there whole or not at all.
actor LocalSink: ByteSink {
  private let draft: LocalDraft

  init(_ path: String) throws { draft = try LocalDraft(for: path) }

  func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try draft.write($0) }
  }

  func finish() async throws {
    try await BlockingWork.run { [draft] in try draft.place() }
  }

  func abandon() { draft.discard() }
}
