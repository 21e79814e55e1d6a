import JSON

/// One value of a data element for an org unit and a period, for the default category option combination.
public struct DataValue: Sendable, Hashable {
  /// What DHIS2 keeps one value for.
  public struct Key: Sendable, Hashable {
    public let dataElement: String
    public let period: String
    public let orgUnit: String

    public init(dataElement: String, period: String, orgUnit: String) {
      self.dataElement = dataElement
      self.period = period
      self.orgUnit = orgUnit
    }
  }

  public let key: Key
  /// The value as DHIS2 keeps it: text.
  public let value: String

  public init(_ key: Key, value: String) {
    self.key = key
    self.value = value
  }

  var document: JSONValue {
    [
      "dataElement": .string(key.dataElement), "period": .string(key.period), "orgUnit": .string(key.orgUnit),
      "value": .string(value),
    ]
  }
}

extension DataValue {
  /// Whether a text that DHIS2 holds is this value: `5.0` is `5`.
  public func hasValue(_ text: String) -> Bool {
    if value == text { return true }
    guard let mine = Double(value), let other = Double(text) else { return false }
    return mine == other
  }
}
