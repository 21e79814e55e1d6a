/// The fields of a request or an answer, in order; names compare without regard to case (RFC 9110, section 5.1).
public struct HTTPHeaders: Sendable {
  /// One field as it was written.
  public struct Field: Sendable, Hashable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// All fields in order.
  public private(set) var fields: [Field]

  public init(_ fields: [Field] = []) { self.fields = fields }

  /// The first value of a field; nil where it is absent. Setting replaces every value, nil removes them.
  public subscript(name: String) -> String? {
    get { fields.first { Self.same($0.name, name) }?.value }
    set {
      guard let newValue else { return fields.removeAll { Self.same($0.name, name) } }
      let field = Field(name: name, value: newValue)
      guard let place = fields.firstIndex(where: { Self.same($0.name, name) }) else {
        return fields.append(field)
      }
      fields.removeAll { Self.same($0.name, name) }
      fields.insert(field, at: place)
    }
  }

  /// Every value of a field, in order.
  public func all(_ name: String) -> [String] {
    fields.filter { Self.same($0.name, name) }.map(\.value)
  }

  /// Adds a value beside those that are there.
  public mutating func add(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// Continues the last value, as an old server does that breaks a long field over two lines.
  mutating func continueLast(with text: String) {
    guard let last = fields.popLast() else { return }
    fields.append(Field(name: last.name, value: last.value.isEmpty ? text : "\(last.value) \(text)"))
  }

  /// Whether two names are the same but for the case of ASCII letters.
  static func same(_ left: String, _ right: String) -> Bool {
    let left = left.utf8
    let right = right.utf8
    return left.count == right.count && zip(left, right).allSatisfy { lowercased($0) == lowercased($1) }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init(elements.map { Field(name: $0.0, value: $0.1) })
  }
}

extension HTTPHeaders: Equatable {
  /// The same fields in the same order; names compare without regard to case.
  public static func == (left: HTTPHeaders, right: HTTPHeaders) -> Bool {
    left.fields.count == right.fields.count
      && zip(left.fields, right.fields).allSatisfy { $0.value == $1.value && same($0.name, $1.name) }
  }
}
