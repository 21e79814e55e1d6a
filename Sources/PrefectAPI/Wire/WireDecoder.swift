import FoundationEssentials
import JSON

/// Reads `Decodable` types from a JSON document by the API's conventions.
struct WireDecoder: Decoder {
  let document: JSONValue
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(_ document: JSONValue, _ codingPath: [any CodingKey]) {
    self.document = document
    self.codingPath = codingPath
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard let object = document.object else { throw mismatch("an object") }
    return KeyedDecodingContainer(WireKeyedDecoding<Key>(object: object, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let elements = document.array else { throw mismatch("an array") }
    return WireUnkeyedDecoding(elements: elements, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  private func mismatch(_ expected: String) -> WireError {
    WireError(codingPath, "expected \(expected), found \(document.typeInWords)")
  }
}

extension WireDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { document.isNull }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    // The types that have a form of their own here come before what they say of themselves.
    let value: Any? =
      switch type {
      case is JSONValue.Type: document
      case is JSONObject.Type: try object()
      case is String.Type: try string()
      case is Bool.Type: try bool()
      case is Int.Type: try integer()
      case is Double.Type: try double()
      case is Date.Type: try date()
      case is UUID.Type: try uuid()
      default: nil
      }
    return try value as? Value ?? Value(from: self)
  }

  private func object() throws -> JSONObject {
    guard let object = document.object else { throw mismatch("an object") }
    return object
  }

  private func string() throws -> String {
    guard let string = document.string else { throw mismatch("a string") }
    return string
  }

  private func bool() throws -> Bool {
    guard let bool = document.bool else { throw mismatch("a boolean") }
    return bool
  }

  private func integer() throws -> Int {
    guard let integer = document.integer else { throw mismatch("an integer") }
    return integer
  }

  private func double() throws -> Double {
    guard let double = document.double else { throw mismatch("a number") }
    return double
  }

  private func date() throws -> Date {
    if let text = document.string {
      guard let date = WireDate.date(text) else { throw WireError(codingPath, "\"\(text)\" is no date") }
      return date
    }
    guard let date = document.double.flatMap(WireDate.date(epoch:)) else { throw mismatch("a date") }
    return date
  }

  private func uuid() throws -> UUID {
    let text = try string()
    guard let id = UUID(uuidString: text) else { throw WireError(codingPath, "\"\(text)\" is no UUID") }
    return id
  }
}

/// The members of an object, by the names of properties.
struct WireKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let object: JSONObject
  let codingPath: [any CodingKey]

  var allKeys: [Key] { object.keys.compactMap { Key(stringValue: $0) } }

  private func member(_ key: Key) -> JSONValue? { object[WireName.snakeCase(key.stringValue)] }

  func contains(_ key: Key) -> Bool { member(key) != nil }

  func decodeNil(forKey key: Key) -> Bool { member(key)?.isNull ?? true }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    let path = codingPath + [key]
    guard let member = member(key) else { return try absent(type, path, "is missing") }
    if member.isNull, !(type is any WireOmittable.Type), type != JSONValue.self {
      return try absent(type, path, "is null")
    }
    return try WireDecoder(member, path).decode(type)
  }

  private func absent<Value>(_ type: Value.Type, _ path: [any CodingKey], _ problem: String) throws -> Value {
    guard let type = type as? any WireDefault.Type, let value = type.absent as? Value else {
      throw WireError(path, problem)
    }
    return value
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try superDecoder(forKey: key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try superDecoder(forKey: key).unkeyedContainer()
  }

  func superDecoder() -> any Decoder { WireDecoder(.object(object), codingPath) }
  func superDecoder(forKey key: Key) -> any Decoder { WireDecoder(member(key) ?? .null, codingPath + [key]) }
}

/// The elements of an array.
struct WireUnkeyedDecoding: UnkeyedDecodingContainer {
  let elements: [JSONValue]
  let codingPath: [any CodingKey]
  private(set) var currentIndex = 0

  init(elements: [JSONValue], codingPath: [any CodingKey]) {
    self.elements = elements
    self.codingPath = codingPath
  }

  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  private mutating func next() throws -> WireDecoder {
    let path = codingPath + [WireIndex(currentIndex)]
    guard !isAtEnd else { throw WireError(path, "is missing") }
    defer { currentIndex += 1 }
    return WireDecoder(elements[currentIndex], path)
  }

  mutating func decodeNil() -> Bool {
    guard !isAtEnd, elements[currentIndex].isNull else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder { try next() }
}

/// A place in an array.
struct WireIndex: CodingKey {
  let intValue: Int?
  var stringValue: String { String(intValue ?? 0) }

  init(_ index: Int) { intValue = index }
  init?(intValue: Int) { self.intValue = intValue }
  init?(stringValue: String) { return nil }
}
