/// The first lines of an answer.
struct ResponseHead: Sendable, Equatable {
  var status: Int
  var headers = HTTPHeaders()

  /// The length of the body as it is sent, where the server says it.
  var contentLength: Int? { headers["Content-Length"].flatMap { Int($0) } }

  var isSuccess: Bool { (200...299).contains(status) }
}

/// Puts a head together from its lines.
///
/// A line that begins a new answer (after `100 Continue`) begins anew; lines after the end of the head (trailers of
/// a chunked body) are passed over.
struct ResponseHeadReader {
  private var head: ResponseHead?
  private var isEnded = false

  /// Takes one line with its line end. Gives the head where the line ends that of the final answer.
  mutating func take(_ line: UnsafeRawBufferPointer) -> ResponseHead? {
    var length = line.count
    while length > 0, line[length - 1] == 10 || line[length - 1] == 13 { length -= 1 }
    let line = UnsafeRawBufferPointer(rebasing: line[..<length])
    if let status = Self.status(line) {
      head = ResponseHead(status: status)
      isEnded = false
      return nil
    }
    guard !isEnded, head != nil else { return nil }
    if line.isEmpty {
      isEnded = true
      return head.flatMap { $0.status >= 200 ? $0 : nil }
    }
    if line[0] == 32 || line[0] == 9 {
      head?.headers.continueLast(with: Self.trimmed(line[...]))
    } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      head?.headers.add(String(decoding: line[..<colon], as: UTF8.self), Self.trimmed(line[(colon + 1)...]))
    }
    return nil
  }

  private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    var bytes = bytes
    while let first = bytes.first, first == 32 || first == 9 { bytes.removeFirst() }
    while let last = bytes.last, last == 32 || last == 9 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The status of `HTTP/1.1 200 OK` or `HTTP/2 200`; nil where the line is another.
  private static func status(_ line: UnsafeRawBufferPointer) -> Int? {
    guard line.count >= 9, line[..<5].elementsEqual("HTTP/".utf8) else { return nil }
    guard let space = line.firstIndex(of: 32) else { return nil }
    let digits = line[(space + 1)...].prefix(3)
    guard digits.count == 3, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }
}
