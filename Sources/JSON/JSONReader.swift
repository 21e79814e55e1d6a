/// Reads JSON from front to back without building a tree: for documents of which most is skipped, or whose bulk
/// (coordinates, data values) goes straight into arrays of numbers.
///
/// The reader borrows the bytes: it must not outlive the closure that ``JSONReader/read(_:_:)`` hands it to. Every
/// value that it passes, skipped ones included, is checked against RFC 8259.
///
///     try JSONReader.read(bytes) { reader in
///       try reader.readObject { reader, key in
///         if key == "coordinates" { points = try reader.readPoints() } else { try reader.skipValue() }
///       }
///     }
public struct JSONReader {
  @usableFromInline let bytes: UnsafeBufferPointer<UInt8>
  @usableFromInline var position = 0
  @usableFromInline var depth = 0

  /// Deeper documents are refused, so that a hostile one cannot exhaust the stack.
  public static let deepestNesting = 512

  @usableFromInline init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
  }

  /// Reads one document; anything but white space after it is an error. A byte order mark is passed over.
  public static func read<Result>(
    _ bytes: some Sequence<UInt8>, _ body: (inout JSONReader) throws -> Result
  ) throws -> Result {
    let result = try bytes.withContiguousStorageIfAvailable { try read(buffer: $0, body) }
    if let result { return result }
    return try Array(bytes).withUnsafeBufferPointer { try read(buffer: $0, body) }
  }

  private static func read<Result>(
    buffer: UnsafeBufferPointer<UInt8>, _ body: (inout JSONReader) throws -> Result
  ) throws -> Result {
    var reader = JSONReader(bytes: buffer)
    let result = try body(&reader)
    reader.skipWhitespace()
    guard reader.position == buffer.count else {
      throw reader.error("more text after the end of the document")
    }
    return result
  }

  /// What kind of value comes next.
  public enum Token: Sendable { case null, bool, number, string, array, object }

  /// Looks at the next value without reading it.
  public mutating func peek() throws -> Token {
    skipWhitespace()
    guard position < bytes.count else { throw error("unexpected end of the document") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw error("unexpected character \(character(at: position))")
    }
  }

  /// Reads an object. The closure must read or skip the value of each key it is given.
  public mutating func readObject(_ member: (inout JSONReader, String) throws -> Void) throws {
    try open(UInt8(ascii: "{"), "an object")
    defer { depth -= 1 }
    if closes(UInt8(ascii: "}")) { return }
    while true {
      skipWhitespace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw error("expected a key in quotes")
      }
      let key = try readString()
      skipWhitespace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
        throw error("expected ':' after the key \"\(key)\"")
      }
      position += 1
      try member(&self, key)
      if try endsAfterElement(UInt8(ascii: "}")) { return }
    }
  }

  /// Reads an array. The closure must read or skip each element.
  @inlinable public mutating func readArray(_ element: (inout JSONReader) throws -> Void) throws {
    try open(UInt8(ascii: "["), "an array")
    defer { depth -= 1 }
    if closes(UInt8(ascii: "]")) { return }
    while true {
      try element(&self)
      if try endsAfterElement(UInt8(ascii: "]")) { return }
    }
  }

  /// Reads a number as the nearest double.
  public mutating func readDouble() throws -> Double {
    let number = try scanNumber()
    return number.double(in: bytes)
  }

  public mutating func readBool() throws -> Bool {
    skipWhitespace()
    if matches("true") { return true }
    if matches("false") { return false }
    throw error("expected true or false")
  }

  public mutating func readNull() throws {
    skipWhitespace()
    guard matches("null") else { throw error("expected null") }
  }

  /// Reads a string, its escapes undone.
  public mutating func readString() throws -> String {
    skipWhitespace()
    let content = try scanString()
    if !content.escaped {
      return String(decoding: UnsafeBufferPointer(rebasing: bytes[content.range]), as: UTF8.self)
    }
    return try unescape(content.range)
  }

  /// Passes over the next value, which is checked all the same.
  public mutating func skipValue() throws {
    switch try peek() {
    case .object: try readObject { reader, _ in try reader.skipValue() }
    case .array: try readArray { try $0.skipValue() }
    case .string: _ = try readString()
    case .number: _ = try scanNumber()
    case .bool: _ = try readBool()
    case .null: try readNull()
    }
  }

  /// Reads whatever comes next into a tree.
  public mutating func readValue() throws -> JSONValue {
    switch try peek() {
    case .null:
      try readNull()
      return .null
    case .bool: return .bool(try readBool())
    case .string: return .string(try readString())
    case .number:
      let number = try scanNumber()
      if let integer = number.integer { return .integer(integer) }
      return .number(number.double(in: bytes))
    case .array:
      var elements: [JSONValue] = []
      try readArray { elements.append(try $0.readValue()) }
      return .array(elements)
    case .object:
      var members = JSONObject()
      // The last of several equal keys counts, as in Python and JavaScript.
      try readObject { reader, key in members[key] = try reader.readValue() }
      return .object(members)
    }
  }

  /// An error at the place where the reader stands, for callers with expectations of their own.
  public func error(_ problem: String) -> JSONSyntaxError {
    JSONSyntaxError(problem, at: position, in: bytes)
  }
}

extension JSONValue {
  /// Reads one JSON document.
  public init(parsing bytes: some Sequence<UInt8>) throws {
    self = try JSONReader.read(bytes) { try $0.readValue() }
  }

  /// Reads one JSON document.
  public init(parsing text: String) throws { try self.init(parsing: text.utf8) }
}

extension JSONReader {
  /// Reads over the next value and gives its text as it stands: for values that somebody else will parse.
  public mutating func readRawValue() throws -> [UInt8] {
    skipWhitespace()
    let start = position
    try skipValue()
    return Array(bytes[start..<position])
  }
}
