internal import CCurl
import Essentials
import Glibc

/// One attempt under way, from the engine's queue to its end.
///
/// Unchecked: `plan` and `onHead` never change, and everything else is touched by the engine's thread only.
final class Transfer: @unchecked Sendable {
  let plan: TransferPlan
  private let onHead: @Sendable (ResponseHead) -> BodyDestination

  var onEnd: (@Sendable (TransferEnd) -> Void)?
  var easy: EasyHandle?
  var headerList: UnsafeMutablePointer<curl_slist>?
  var isCancelled = false
  var upload: UploadSource?

  private var reader = ResponseHeadReader()
  private var head: ResponseHead?
  private var destination: BodyDestination?
  private var body: [UInt8] = []
  private var byteCount = 0
  /// Why a callback broke the transfer off.
  private(set) var refusal: HTTPFailure.Reason?
  private var deadline = MonotonicTime.distantFuture
  private var lastActivity = MonotonicTime.now
  private var isPaused = false

  /// - Parameter onHead: says where the body goes; called on the engine's thread when the head is complete.
  init(_ plan: TransferPlan, onHead: @escaping @Sendable (ResponseHead) -> BodyDestination) {
    self.plan = plan
    self.onHead = onHead
    if let remaining = plan.remaining { deadline = .now + remaining }
  }

  func finish(_ end: TransferEnd) {
    onEnd?(end)
    onEnd = nil
  }

  // MARK: Time

  func touch() { lastActivity = .now }

  /// When one of the time-outs passes, if nothing moves until then.
  var expiry: MonotonicTime {
    isPaused || easy == nil ? deadline : min(deadline, lastActivity + plan.timeouts.idle)
  }

  /// Why the transfer is to end now; nil where it is within its time.
  func expired(at now: MonotonicTime) -> HTTPFailure.Reason? {
    guard expiry <= now else { return nil }
    return deadline <= now
      ? .timedOut(.total, after: plan.timeouts.total ?? plan.timeouts.idle)
      : .timedOut(.idle, after: plan.timeouts.idle)
  }

  func resume() {
    guard isPaused, let easy else { return }
    isPaused = false
    touch()
    curl_easy_pause(easy.pointer, CURLPAUSE_CONT)
  }

  // MARK: What libcurl calls

  func receiveHeader(_ line: UnsafeRawBufferPointer) -> Int {
    touch()
    guard let head = reader.take(line) else { return line.count }
    self.head = head
    let destination = onHead(head)
    self.destination = destination
    if case .memory(let limit) = destination, let length = head.contentLength, plan.method != .head,
      head.headers["Content-Encoding"] == nil
    {
      // A server that says beforehand that it is too much need not send it.
      guard length <= limit else {
        refusal = .bodyTooLarge(limit: limit)
        return 0
      }
      body.reserveCapacity(min(length, 8 << 20))
    }
    return line.count
  }

  func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    touch()
    switch destination {
    case .memory(let limit):
      guard body.count + bytes.count <= limit else {
        refusal = .bodyTooLarge(limit: limit)
        return 0
      }
      body.append(contentsOf: bytes)
    case .file(let sink):
      if let error = sink.write(bytes) {
        refusal = .cannotWrite(sink.target, error)
        return 0
      }
    case .channel(let channel):
      if case .full = channel.push(bytes) {
        isPaused = true
        return Int(CURL_WRITEFUNC_PAUSE)
      }
    case nil:
      refusal = .badAnswer("a body without a head")
      return 0
    }
    byteCount += bytes.count
    return bytes.count
  }

  func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    touch()
    guard let upload else { return 0 }
    if let count = upload.read(into: buffer) { return count }
    if case .file(let path) = plan.body, let error = upload.readError {
      refusal = .cannotReadFile(path: path, error: String(cString: strerror(error)))
    }
    return Int(CURL_READFUNC_ABORT)
  }

  /// How the transfer ended, when libcurl is done with it.
  func end(code: CURLcode) -> TransferEnd {
    if let refusal { return .failed(refusal) }
    guard let easy else { return .cancelled }
    guard code == CURLE_OK else {
      return .failed(HTTPFailure.Reason(code: code, handle: easy, timeouts: plan.timeouts))
    }
    guard let head else { return .failed(.badAnswer("no status line")) }
    return .done(
      TransferResult(
        head: head, body: body, byteCount: byteCount, redirect: easy.string(CURLINFO_REDIRECT_URL)))
  }
}
