import Connectors
import Essentials
import Foundation
import HTTP
import Synchronization

/// What a test's store is asked.
struct StoreRequest: Sendable {
  var method = ""
  var target = ""
  /// Names in lower case.
  var headers: [String: String] = [:]
  var body: [UInt8] = []

  var path: String { String(target.prefix { $0 != "?" }) }
  var query: String { String(target.dropFirst(path.count).dropFirst()) }
  var text: String { String(decoding: body, as: UTF8.self) }
  /// `PUT /bucket/key?partNumber=1&uploadId=x`.
  var line: String { "\(method) \(target)" }
}

/// What a test's store answers.
struct StoreReply: Sendable {
  var status = 200
  var headers: [String: String] = [:]
  var body: [UInt8] = []
  /// How much of the body is sent before the connection is cut off; nil for all of it.
  var cutAfter: Int?

  static func xml(_ text: String, status: Int = 200) -> StoreReply {
    StoreReply(status: status, headers: ["Content-Type": "application/xml"], body: Array(text.utf8))
  }

  static func error(_ status: Int, _ code: String, _ more: String = "") -> StoreReply {
    .xml(
      "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>in words</Message>\(more)</Error>",
      status: status)
  }
}

/// An HTTP server on loopback that answers as a test tells it to and notes what it was asked: one thread a
/// connection, on plain sockets.
final class LoopbackStore: Sendable {
  typealias Handler = @Sendable (StoreRequest) -> StoreReply

  static let client = HTTPClient(configuration: HTTPConfiguration(proxy: .none), clock: ImpatientClock())

  let port: Int
  private let listener: Int32
  private let noted = Mutex<[StoreRequest]>([])

  var requests: [StoreRequest] { noted.withLock { $0 } }
  var lines: [String] { requests.map(\.line) }

  var access: S3Access {
    S3Access(endpoint: "http://127.0.0.1:\(port)", accessKey: "made-up", secretKey: Secret("made-up-secret"))
  }
  var s3: S3 { S3(access, http: Self.client) }
  var storage: Storage { Storage(clock: ImpatientClock()) { [s3] in s3 } }

  init(_ handler: @escaping Handler) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) | listen(listener, 64) | getsockname(listener, $0, &length)
      }
    }
    guard listener >= 0, code == 0 else { throw Fault("cannot listen: \(String(cString: strerror(errno)))") }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self] in
      while true {
        let socket = accept(listener, nil, nil)
        if socket < 0, errno == ECONNABORTED || errno == EINTR { continue }
        guard socket >= 0 else { break }
        Thread.detachNewThread { [weak self] in
          let connection = StoreConnection(socket)
          while let request = connection.read() {
            self?.noted.withLock { $0.append(request) }
            guard connection.answer(handler(request), to: request) else { break }
          }
          close(socket)
        }
      }
      close(listener)
    }
  }

  // Wakes the accepting thread and makes it end.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}

/// A clock on which every wait is over at once.
struct ImpatientClock: WallClock {
  func now() -> Date { Date() }
  func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
}

/// One connection of the store, used by its thread only.
private final class StoreConnection {
  private let socket: Int32
  private var buffer: [UInt8] = []

  init(_ socket: Int32) { self.socket = socket }

  func read() -> StoreRequest? {
    guard let first = line() else { return nil }
    let words = first.split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    var request = StoreRequest(method: words[0], target: words[1])
    while let line = line(), !line.isEmpty {
      let name = line.prefix { $0 != ":" }
      request.headers[name.lowercased()] = String(line.dropFirst(name.count + 1).drop { $0 == " " })
    }
    if request.headers["expect"] == "100-continue" { send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
    if let length = request.headers["content-length"].flatMap({ Int($0) }) {
      while buffer.count < length, fill() {}
      request.body = Array(buffer.prefix(length))
      buffer.removeFirst(min(length, buffer.count))
    }
    return request
  }

  /// Sends an answer; false where the connection is not to go on.
  func answer(_ reply: StoreReply, to request: StoreRequest) -> Bool {
    var headers = reply.headers
    if headers["Content-Length"] == nil { headers["Content-Length"] = "\(reply.body.count)" }
    let head = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
    send(Array("HTTP/1.1 \(reply.status) Test\r\n\(head)\r\n".utf8))
    if request.method != "HEAD" { send(Array(reply.body.prefix(reply.cutAfter ?? reply.body.count))) }
    return reply.cutAfter == nil
  }

  private func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  private func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line.last == "\r" ? String(line.dropLast()) : line
      }
      guard fill() else { return nil }
    }
  }

  private func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(socket, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    buffer += chunk[..<count]
    return true
  }
}
