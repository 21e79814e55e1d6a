import Essentials
import Glibc
import Synchronization

/// A download that is not whole yet: the file under its temporary name, and what is needed to go on where a
/// connection broke.
final class DownloadDraft: Sendable {
  private struct State {
    /// What names the version of the file that the first part came from: a strong ETag, or the time of its change.
    var validator: String?
    /// Whether the request under way asks for the rest only.
    var asksForRest = false
    var isPlaced = false
  }

  let sink: FileSink
  private let mayResume: Bool
  private let state = Mutex(State())

  /// - Parameter mayResume: false where the length in the file is not that on the wire, or the caller asks for a
  ///   range himself.
  init(for path: String, mayResume: Bool, progress: (@Sendable (HTTPProgress) -> Void)?) throws(CannotWrite) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(path[...$0]) } ?? ""
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    guard let sink = FileSink(creating: "\(folder).\(name).\(suffix).part", for: path, progress: progress)
    else {
      throw CannotWrite(error: errno)
    }
    self.sink = sink
    self.mayResume = mayResume
  }

  /// The system's error number.
  struct CannotWrite: Error { let error: Int32 }

  /// Removes what has not become whole.
  func discard() { if !state.withLock({ $0.isPlaced }) { unlink(sink.path) } }

  /// The headers to add to the next request, so that it brings only what is missing (RFC 9110, sections 13.1.5
  /// and 14.2).
  func headersForRest() -> [HTTPHeaders.Field] {
    let known = state.withLock { state in
      state.asksForRest = mayResume && sink.byteCount > 0 && state.validator != nil
      return state.asksForRest ? state.validator : nil
    }
    guard let validator = known else { return [] }
    return [
      HTTPHeaders.Field(name: "Range", value: "bytes=\(sink.byteCount)-"),
      HTTPHeaders.Field(name: "If-Range", value: validator),
    ]
  }

  /// Where the body of a 2xx answer goes; nil where it does not fit what is there.
  func destination(of head: ResponseHead) -> BodyDestination? {
    if state.withLock({ $0.asksForRest }), head.status == 206 {
      guard let range = ContentRange(head.headers["Content-Range"]), range.first == sink.byteCount else {
        state.withLock { $0.validator = nil }
        return nil
      }
      sink.total = range.total
      return .file(sink)
    }
    guard sink.restart() == nil else { return nil }
    let isEncoded = head.headers["Content-Encoding"].map { $0 != "identity" } ?? false
    sink.total = isEncoded ? nil : head.contentLength
    state.withLock { $0.validator = isEncoded ? nil : Self.validator(head.headers) }
    return .file(sink)
  }

  /// Whether the answer says that there is no such rest (any more), so that the whole has to be asked for.
  func isRefusedRest(_ status: Int) -> Bool {
    state.withLock { state in
      guard state.asksForRest, status == 416 else { return false }
      state.validator = nil
      return true
    }
  }

  /// Puts the whole file in its place. Takes as long as the disk does.
  func place(syncing: Bool) throws(CannotWrite) {
    if syncing, let error = sink.sync() { throw CannotWrite(error: error) }
    guard rename(sink.path, sink.target) == 0 else { throw CannotWrite(error: errno) }
    state.withLock { $0.isPlaced = true }
    guard syncing, let slash = sink.path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return }
    // The name itself lives in the folder.
    let folder = open(String(sink.path[...slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private static func validator(_ headers: HTTPHeaders) -> String? {
    // A weak ETag promises the same meaning, not the same bytes.
    if let tag = headers["ETag"], !tag.hasPrefix("W/") { return tag }
    return headers["ETag"] == nil ? headers["Last-Modified"] : nil
  }
}

/// `bytes 100-999/1000` (RFC 9110, section 14.4).
struct ContentRange: Equatable {
  let first: Int
  let last: Int
  /// Nil where the server writes `*`.
  let total: Int?

  init?(_ text: String?) {
    guard let text, text.hasPrefix("bytes ") else { return nil }
    let parts = text.dropFirst(6).split { $0 == "-" || $0 == "/" }
    guard parts.count == 3, let first = Int(parts[0]), let last = Int(parts[1]), first <= last else {
      return nil
    }
    self.first = first
    self.last = last
    total = Int(parts[2])
  }
}
