import FoundationEssentials
import JSON

/// Writes `Encodable` types as a JSON document by the API's conventions.
struct WireEncoder: Encoder {
  /// Where a value comes to lie. Containers of `Codable` are filled after they have been handed out, hence a class.
  final class Slot {
    enum Content {
      case empty
      case value(JSONValue)
      case object([(key: String, slot: Slot)])
      case array([Slot])
    }

    var content = Content.empty

    init() {}
    init(_ value: JSONValue) { content = .value(value) }

    var document: JSONValue {
      switch content {
      case .empty: .null
      case .value(let value): value
      case .object(let members): .object(JSONObject(members.map { (key: $0.key, value: $0.slot.document) }))
      case .array(let elements): .array(elements.map(\.document))
      }
    }

    func add(_ slot: Slot, as key: String) {
      guard case .object(var members) = content else { return }
      content = .empty  // so that the array is not shared while it grows
      members.append((key, slot))
      content = .object(members)
    }

    func add(_ slot: Slot) {
      guard case .array(var elements) = content else { return }
      content = .empty
      elements.append(slot)
      content = .array(elements)
    }

    var count: Int {
      if case .array(let elements) = content { elements.count } else { 0 }
    }
  }

  let slot: Slot
  let codingPath: [any CodingKey]
  /// Whether nil is written as null.
  let writesNulls: Bool
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  static func document(of value: some Encodable, nulls: Bool) throws -> JSONValue {
    try slot(of: value, [], nulls: nulls).document
  }

  fileprivate static func slot(
    of value: some Encodable, _ codingPath: [any CodingKey], nulls: Bool
  ) throws -> Slot {
    switch value {
    case let value as JSONValue: return Slot(value)
    case let value as JSONObject: return Slot(.object(value))
    case let value as String: return Slot(.string(value))
    case let value as Bool: return Slot(.bool(value))
    case let value as Int: return Slot(.integer(value))
    case let value as Double: return Slot(.number(value))
    case let value as Date: return Slot(.string(WireDate.text(value)))
    case let value as UUID: return Slot(.string(value.wire))
    default:
      let encoder = WireEncoder(slot: Slot(), codingPath: codingPath, writesNulls: nulls)
      try value.encode(to: encoder)
      return encoder.slot
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    slot.content = .object([])
    return KeyedEncodingContainer(
      WireKeyedEncoding(slot: slot, codingPath: codingPath, writesNulls: writesNulls))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    slot.content = .array([])
    return WireUnkeyedEncoding(slot: slot, codingPath: codingPath, writesNulls: writesNulls)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension WireEncoder: SingleValueEncodingContainer {
  func encodeNil() { slot.content = .value(.null) }

  func encode(_ value: some Encodable) throws {
    slot.content = try Self.slot(of: value, codingPath, nulls: writesNulls).content
  }
}

private struct WireKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: WireEncoder.Slot
  let codingPath: [any CodingKey]
  let writesNulls: Bool

  func encodeNil(forKey key: Key) {
    slot.add(WireEncoder.Slot(.null), as: WireName.snakeCase(key.stringValue))
  }

  func encode(_ value: some Encodable, forKey key: Key) throws {
    if let value = value as? any WireOmittable, value.isOmitted { return }
    slot.add(
      try WireEncoder.slot(of: value, codingPath + [key], nulls: writesNulls),
      as: WireName.snakeCase(key.stringValue))
  }

  // Each of these types has a default of its own in the standard library, which would leave nil out.
  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try member(value, key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try member(value, key) }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try member(value, key) }
  func encodeIfPresent(_ value: String?, forKey key: Key) throws { try member(value, key) }
  func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) throws { try member(value, key) }

  private func member(_ value: (some Encodable)?, _ key: Key) throws {
    if let value {
      try encode(value, forKey: key)
    } else if writesNulls {
      encodeNil(forKey: key)
    }
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    child(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    child(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    WireEncoder(slot: slot, codingPath: codingPath, writesNulls: writesNulls)
  }
  func superEncoder(forKey key: Key) -> any Encoder { child(key) }

  private func child(_ key: Key) -> WireEncoder {
    let child = WireEncoder(
      slot: WireEncoder.Slot(), codingPath: codingPath + [key], writesNulls: writesNulls)
    slot.add(child.slot, as: WireName.snakeCase(key.stringValue))
    return child
  }
}

private struct WireUnkeyedEncoding: UnkeyedEncodingContainer {
  let slot: WireEncoder.Slot
  let codingPath: [any CodingKey]
  let writesNulls: Bool

  var count: Int { slot.count }

  func encodeNil() { slot.add(WireEncoder.Slot(.null)) }

  func encode(_ value: some Encodable) throws {
    slot.add(try WireEncoder.slot(of: value, codingPath + [WireIndex(count)], nulls: writesNulls))
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    child().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }
  func superEncoder() -> any Encoder { child() }

  private func child() -> WireEncoder {
    let child = WireEncoder(
      slot: WireEncoder.Slot(), codingPath: codingPath + [WireIndex(count)], writesNulls: writesNulls)
    slot.add(child.slot)
    return child
  }
}
