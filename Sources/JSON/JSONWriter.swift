/// Writes JSON text.
public struct JSONWriter {
  /// How a document is laid out.
  public enum Layout: Sendable {
    /// One line, no spaces.
    case compact
    /// Two spaces a level, one member a line.
    case pretty
  }

  private(set) public var bytes: [UInt8] = []
  private let layout: Layout

  public init(_ layout: Layout = .compact) { self.layout = layout }

  /// Appends one document.
  public mutating func write(_ value: JSONValue) { write(value, level: 0) }

  private mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): bytes.append(contentsOf: String(value).utf8)
    // JSON has no way to say "not a number": null is what every reader takes for it.
    case .number(let value): bytes.append(contentsOf: (value.isFinite ? String(value) : "null").utf8)
    case .string(let value): write(string: value)
    case .array(let elements):
      writeList("[", "]", elements, level: level) { writer, element in writer.write(element, level: level + 1)
      }
    case .object(let members):
      writeList("{", "}", members, level: level) { writer, member in
        writer.write(string: member.key)
        writer.bytes.append(UInt8(ascii: ":"))
        if writer.layout == .pretty { writer.bytes.append(UInt8(ascii: " ")) }
        writer.write(member.value, level: level + 1)
      }
    }
  }

  private mutating func writeList<List: Collection>(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ list: List, level: Int,
    _ element: (inout JSONWriter, List.Element) -> Void
  ) {
    bytes.append(UInt8(ascii: open))
    var first = true
    for item in list {
      if !first { bytes.append(UInt8(ascii: ",")) }
      first = false
      newLine(level + 1)
      element(&self, item)
    }
    if !first { newLine(level) }
    bytes.append(UInt8(ascii: close))
  }

  private mutating func newLine(_ level: Int) {
    guard layout == .pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: level * 2))
  }

  /// Appends a string in quotes, escaping no more than RFC 8259 asks for.
  public mutating func write(string: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension JSONValue {
  /// The document as UTF-8.
  public func bytes(_ layout: JSONWriter.Layout = .compact) -> [UInt8] {
    var writer = JSONWriter(layout)
    writer.write(self)
    return writer.bytes
  }

  /// The document as text.
  public func text(_ layout: JSONWriter.Layout = .compact) -> String {
    String(decoding: bytes(layout), as: UTF8.self)
  }
}

extension JSONValue: CustomStringConvertible {
  public var description: String { text() }
}
