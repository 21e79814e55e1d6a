/// One of the API's enumerations. A word that this program does not know is kept as it came, so that a newer server's
/// answer is read all the same.
public protocol PrefectWord: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible,
  ExpressibleByStringLiteral
where RawValue == String {
  init(rawValue: String)
}

extension PrefectWord {
  public init(stringLiteral value: String) { self.init(rawValue: value) }
  public var description: String { rawValue }
}
