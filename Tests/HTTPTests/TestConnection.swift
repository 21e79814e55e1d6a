import Glibc

/// A request as the server read it.
struct TestRequest: Sendable {
  var method = ""
  var target = ""
  /// Names in lower case.
  var headers: [String: String] = [:]
  var body: [UInt8] = []

  var path: String { String(target.prefix { $0 != "?" }) }
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// One connection of the server, used by its thread only.
final class TestConnection {
  private let socket: Int32
  private var buffer: [UInt8] = []
  private(set) var isClosed = false

  init(_ socket: Int32) { self.socket = socket }

  // MARK: Answering

  /// Sends a whole answer with its length.
  func answer(_ status: Int, _ headers: [(String, String)] = [], _ body: some Sequence<UInt8> = []) {
    let body = Array(body)
    head(status, headers + [("Content-Length", "\(body.count)")])
    send(body)
  }

  func answer(_ status: Int, _ headers: [(String, String)] = [], text: String) {
    answer(status, headers, text.utf8)
  }

  /// Sends status line and headers only.
  func head(_ status: Int, _ headers: [(String, String)]) {
    send(Array("HTTP/1.1 \(status) Test\r\n\(headers.map { "\($0.0): \($0.1)\r\n" }.joined())\r\n".utf8))
  }

  /// Sends bytes as they are; false where the other side is gone.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Sends as much as the other side takes, until it takes nothing for the given time; gives the number of bytes.
  func sendUntilStalled(_ most: Int, milliseconds: Int32) -> Int {
    let chunk = [UInt8](repeating: 65, count: 64 << 10)
    var sent = 0
    while sent < most {
      var poll = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return sent }
      let count = chunk.withUnsafeBytes {
        Glibc.send(
          socket, $0.baseAddress, min(chunk.count, most - sent), Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      guard count > 0 else { return sent }
      sent += count
    }
    return sent
  }

  /// Waits until the other side closes the connection.
  func waitForClose() {
    var byte: UInt8 = 0
    while recv(socket, &byte, 1, 0) > 0 {}
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    shutdown(socket, Int32(SHUT_RDWR))
    Glibc.close(socket)
  }

  /// Breaks the connection off with a reset instead of an orderly end.
  func reset() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    isClosed = true
    Glibc.close(socket)
  }

  // MARK: Reading

  func readRequest(withBody: Bool) -> TestRequest? {
    guard let first = readLine() else { return nil }
    let words = first.split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    var request = TestRequest(method: words[0], target: words[1])
    while let line = readLine(), !line.isEmpty {
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      let value = line[colon...].dropFirst().drop { $0 == " " }
      request.headers[line[..<colon].lowercased()] = String(value)
    }
    if withBody, let length = request.headers["content-length"].flatMap({ Int($0) }) {
      while buffer.count < length, fill() {}
      request.body = Array(buffer.prefix(length))
      buffer.removeFirst(min(length, buffer.count))
    }
    return request
  }

  private func readLine() -> String? {
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
