private import OrderedCollections

/// The members of a JSON object, in their order. Equal where keys and values are, whatever the order.
public struct JSONObject: Sendable {
  private var members: OrderedDictionary<String, JSONValue> = [:]

  public init() {}

  /// The last of several equal keys counts, in the place of the first.
  public init(_ pairs: some Sequence<(key: String, value: JSONValue)>) {
    for (key, value) in pairs { members[key] = value }
  }

  /// Setting nil removes the member; a new key goes to the end.
  public subscript(key: String) -> JSONValue? {
    get { members[key] }
    set { members[key] = newValue }
  }

  public var keys: [String] { Array(members.keys) }
}

extension JSONObject: RandomAccessCollection {
  public typealias Element = (key: String, value: JSONValue)
  public var startIndex: Int { 0 }
  public var endIndex: Int { members.count }
  public subscript(position: Int) -> Element { members.elements[position] }
}

extension JSONObject: Hashable {
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.members.allSatisfy { right.members[$0.key] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    // Independent of the order, as equality is.
    hasher.combine(members.reduce(into: 0) { $0 ^= HashablePair(key: $1.key, value: $1.value).hashValue })
  }

  private struct HashablePair: Hashable {
    let key: String
    let value: JSONValue
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { members[key] = value }
  }
}
