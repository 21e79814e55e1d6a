/// A value that prints, encodes and mirrors as `********`.
///
/// A secret of text is also made known to ``Redaction``, so that it is masked even where somebody copied it into
/// another text: a URL, an error body, a log line.
public struct Secret<Value: Sendable>: Sendable {
  private let value: Value

  /// The value itself. Call it where the secret leaves for its purpose, nowhere else.
  public func reveal() -> Value { value }

  private init(unregistered value: Value) { self.value = value }
}

extension Secret where Value == String {
  public init(_ value: String) {
    Redaction.register(value)
    self.init(unregistered: value)
  }
}

extension Secret: Equatable where Value: Equatable {}
extension Secret: Hashable where Value: Hashable {}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { Redaction.mask }
  public var debugDescription: String { Redaction.mask }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Redaction.mask)
  }
}
