/// What a PATCH does to a member that may be null: a null clears it, absence leaves it alone.
public enum Change<Value: Codable & Sendable>: Codable, Sendable {
  /// Not mentioned.
  case keep
  case set(Value)
  /// Set to null.
  case clear

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    self = container.decodeNil() ? .clear : .set(try container.decode(Value.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .keep, .clear: try container.encodeNil()
    case .set(let value): try container.encode(value)
    }
  }

  /// The value, or nil as a wish to clear.
  public init(_ value: Value?) { self = value.map { .set($0) } ?? .clear }
}

extension Change: Equatable where Value: Equatable {}

/// A member that may choose not to be written, and tells null from absence.
protocol WireOmittable: WireDefault {
  var isOmitted: Bool { get }
}

extension Change: WireOmittable {
  static var absent: Change { .keep }

  var isOmitted: Bool {
    if case .keep = self { return true }
    return false
  }
}
