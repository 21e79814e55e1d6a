/// An element of an XML document, as far as data value imports need it: no DTD, no namespaces but the default one.
struct XMLNode: Sendable {
  /// Without its prefix.
  var name: String
  var attributes: [String: String] = [:]
  var children: [XMLNode] = []
  var text = ""

  /// What keeps a text from being XML.
  struct Malformed: Error {
    let problem: String
  }

  /// The root element of a document.
  init(parsing bytes: [UInt8]) throws(Malformed) {
    var scanner = XMLScanner(bytes)
    self = try scanner.document()
  }

  fileprivate init(name: String) { self.name = name }
}

/// Reads a document from its first byte to its last.
private struct XMLScanner {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private static let deepest = 200

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func begins(_ text: StaticString) -> Bool {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count else { return false }
    return bytes[position..<end].elementsEqual(
      UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func skip(through text: StaticString) throws(XMLNode.Malformed) {
    while !begins(text) {
      guard position < bytes.count else { throw XMLNode.Malformed(problem: "expected \(text)") }
      position += 1
    }
    position += text.utf8CodeUnitCount
  }

  private mutating func skipSpace() {
    while let byte = next, [9, 10, 13, 32].contains(byte) { position += 1 }
  }

  /// Space, comments, processing instructions and a document type without an internal subset.
  private mutating func skipMisc() throws(XMLNode.Malformed) {
    while true {
      skipSpace()
      if begins("<!--") {
        try skip(through: "-->")
      } else if begins("<?") {
        try skip(through: "?>")
      } else if begins("<!DOCTYPE") {
        throw XMLNode.Malformed(problem: "DOCTYPE is disallowed")
      } else {
        return
      }
    }
  }

  mutating func document() throws(XMLNode.Malformed) -> XMLNode {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    try skipMisc()
    let root = try element()
    try skipMisc()
    guard position == bytes.count else { throw XMLNode.Malformed(problem: "content after the root element") }
    return root
  }

  private mutating func name() throws(XMLNode.Malformed) -> String {
    let start = position
    while let byte = next, byte > 32, !"=/<>\"'".utf8.contains(byte) { position += 1 }
    guard position > start else { throw XMLNode.Malformed(problem: "expected a name at byte \(start)") }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func element() throws(XMLNode.Malformed) -> XMLNode {
    guard next == UInt8(ascii: "<") else {
      throw XMLNode.Malformed(problem: "expected an element at byte \(position)")
    }
    position += 1
    depth += 1
    guard depth < Self.deepest else { throw XMLNode.Malformed(problem: "nested too deeply") }
    let full = try name()
    var node = XMLNode(name: full.split(separator: ":").last.map(String.init) ?? full)
    while true {
      skipSpace()
      if begins("/>") {
        position += 2
        depth -= 1
        return node
      }
      if begins(">") {
        position += 1
        try content(of: &node, full)
        depth -= 1
        return node
      }
      let key = try name()
      skipSpace()
      guard next == UInt8(ascii: "=") else {
        throw XMLNode.Malformed(problem: "attribute \(key) has no value")
      }
      position += 1
      skipSpace()
      guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
        throw XMLNode.Malformed(problem: "the value of \(key) is not quoted")
      }
      position += 1
      let start = position
      while let byte = next, byte != quote, byte != UInt8(ascii: "<") { position += 1 }
      guard next == quote else { throw XMLNode.Malformed(problem: "the value of \(key) does not end") }
      node.attributes[key] = try unescaped(bytes[start..<position])
      position += 1
    }
  }

  private mutating func content(of node: inout XMLNode, _ full: String) throws(XMLNode.Malformed) {
    while true {
      guard let byte = next else { throw XMLNode.Malformed(problem: "<\(full)> does not end") }
      if byte != UInt8(ascii: "<") {
        let start = position
        while let byte = next, byte != UInt8(ascii: "<") { position += 1 }
        node.text += try unescaped(bytes[start..<position])
      } else if begins("<!--") {
        try skip(through: "-->")
      } else if begins("<![CDATA[") {
        position += 9
        let start = position
        try skip(through: "]]>")
        node.text += String(decoding: bytes[start..<position - 3], as: UTF8.self)
      } else if begins("</") {
        position += 2
        let closed = try name()
        skipSpace()
        guard closed == full, next == UInt8(ascii: ">") else {
          throw XMLNode.Malformed(problem: "<\(full)> is closed by </\(closed)>")
        }
        position += 1
        return
      } else {
        node.children.append(try element())
      }
    }
  }

  private static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

  private func unescaped(_ raw: ArraySlice<UInt8>) throws(XMLNode.Malformed) -> String {
    guard raw.contains(UInt8(ascii: "&")) else { return String(decoding: raw, as: UTF8.self) }
    var result = ""
    var rest = Substring(String(decoding: raw, as: UTF8.self))
    while let mark = rest.firstIndex(of: "&") {
      result += rest[..<mark]
      rest = rest[mark...].dropFirst()
      guard let end = rest.firstIndex(of: ";") else {
        throw XMLNode.Malformed(problem: "an entity does not end")
      }
      let name = rest[..<end]
      let number =
        name.hasPrefix("#x")
        ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
      if let known = Self.entities[String(name)] {
        result += known
      } else if let scalar = number.flatMap({ Unicode.Scalar($0) }) {
        result.unicodeScalars.append(scalar)
      } else {
        throw XMLNode.Malformed(problem: "the entity &\(name); is not known")
      }
      rest = rest[end...].dropFirst()
    }
    return result + rest
  }
}
