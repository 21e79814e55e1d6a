import Glibc
package import JSON
import Synchronization

/// A server on loopback that answers as a test says, on plain sockets, so that it can break off as no proper server
/// does. One connection at a time, one request a connection.
package final class ScriptedServer: Sendable {
  /// A request as it arrived.
  package struct Request: Sendable {
    package var method = ""
    /// Path and query.
    package var target = ""
    /// Names in small letters.
    package var headers: [String: String] = [:]
    package var body: [UInt8] = []

    package var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
  }

  package enum Answer: Sendable {
    case text(Int, String, headers: [(String, String)] = [])
    /// Takes the request and breaks the connection off.
    case cut

    package static func json(_ status: Int, _ document: JSONValue, headers: [(String, String)] = []) -> Answer
    {
      .text(status, document.text(), headers: headers)
    }
  }

  package let port: Int
  private let listener: Int32
  private let received = Mutex<[Request]>([])

  /// Every request so far, in order.
  package var requests: [Request] { received.withLock { $0 } }
  /// Every request so far but those for a CSRF token.
  package var calls: [Request] { requests.filter { !$0.target.hasPrefix("/api/csrf-token") } }

  package var url: String { "http://127.0.0.1:\(port)/api" }

  /// Answers requests one after the other, the last answer for ever; those for a CSRF token with "disabled".
  package convenience init(_ answers: Answer...) throws {
    let next = Mutex(0)
    try self.init { request in
      if request.target.hasPrefix("/api/csrf-token") {
        return .json(422, ["detail": "CSRF protection is disabled."])
      }
      return next.withLock { number in
        defer { number += 1 }
        return answers[min(number, answers.count - 1)]
      }
    }
  }

  package init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
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
    guard listener >= 0, code == 0 else { throw ListenError() }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    let thread = Unmanaged.passRetained(
      Work { [weak self] in
        while true {
          let connection = accept(listener, nil, nil)
          guard connection >= 0 else { return _ = close(listener) }
          if let request = Self.read(connection) {
            self?.received.withLock { $0.append(request) }
            Self.write(answer(request), to: connection)
          }
          close(connection)
        }
      })
    var handle = pthread_t()
    pthread_create(
      &handle, nil,
      { pointer in
        if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
        return nil
      }, thread.toOpaque())
    pthread_detach(handle)
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  struct ListenError: Error {}

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    func fill() -> Bool {
      let count = recv(connection, &chunk, chunk.count, 0)
      if count > 0 { bytes += chunk[..<count] }
      return count > 0
    }
    let end = Array("\r\n\r\n".utf8)
    while !bytes.contains(end) { if !fill() { return nil } }
    guard let head = bytes.firstRange(of: end) else { return nil }
    let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).split(separator: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    var request = Request(method: words[0], target: words[1])
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      request.headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
    }
    let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
    while bytes.count - head.upperBound < length { if !fill() { return nil } }
    request.body = Array(bytes[head.upperBound...])
    return request
  }

  private static func write(_ answer: Answer, to connection: Int32) {
    switch answer {
    case .cut:
      var now = linger(l_onoff: 1, l_linger: 0)
      setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    case .text(let status, let body, let headers):
      let fields = headers + [("Content-Length", "\(body.utf8.count)"), ("Connection", "close")]
      let text = "HTTP/1.1 \(status) Test\r\n\(fields.map { "\($0.0): \($0.1)\r\n" }.joined())\r\n\(body)"
      let bytes = Array(text.utf8)
      _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
      shutdown(connection, Int32(SHUT_WR))
      // Until the other side has closed: closing first could reset the connection before it has read.
      var byte: UInt8 = 0
      while recv(connection, &byte, 1, 0) > 0 {}
    }
  }
}
