/// One value of a data element for an org unit and a period.
public struct DataValue: Sendable, Hashable {
  /// What DHIS2 keeps one value for.
  public struct Key: Sendable, Hashable, Comparable {
    public let dataElement: String
    public let period: String
    public let orgUnit: String
    /// Nil for the default one.
    public let categoryOptionCombo: String?
    /// Nil for the default one.
    public let attributeOptionCombo: String?

    public init(
      dataElement: String, period: String, orgUnit: String, categoryOptionCombo: String? = nil,
      attributeOptionCombo: String? = nil
    ) {
      self.dataElement = dataElement
      self.period = period
      self.orgUnit = orgUnit
      self.categoryOptionCombo = categoryOptionCombo
      self.attributeOptionCombo = attributeOptionCombo
    }

    var namesCombo: Bool { categoryOptionCombo != nil || attributeOptionCombo != nil }

    /// By period, org unit, data element, then combinations: the order in which values are sent.
    public static func < (left: Self, right: Self) -> Bool {
      if left.period != right.period { return left.period < right.period }
      if left.orgUnit != right.orgUnit { return left.orgUnit < right.orgUnit }
      if left.dataElement != right.dataElement { return left.dataElement < right.dataElement }
      return (left.categoryOptionCombo ?? "", left.attributeOptionCombo ?? "")
        < (right.categoryOptionCombo ?? "", right.attributeOptionCombo ?? "")
    }
  }

  public let key: Key
  /// The value as DHIS2 keeps it: text.
  public let value: String
  /// A remark that DHIS2 keeps with the value. It is not compared: a value whose remark alone differs is unchanged.
  public var comment: String?
  /// Whether somebody has marked it to be looked at again. Not compared either.
  public var followUp: Bool

  public init(_ key: Key, value: String, comment: String? = nil, followUp: Bool = false) {
    self.key = key
    self.value = value
    self.comment = comment
    self.followUp = followUp
  }
}

extension DataValue {
  /// Whether a text that DHIS2 holds is this value.
  ///
  /// - Parameter isNumber: whether it is one of a numeric data element, where `5.0` is `5`; of others a text is what it
  ///   is, and `0123` another than `123`. Asked for only where the texts differ.
  public func hasValue(_ text: String, isNumber: @autoclosure () -> Bool = true) -> Bool {
    if value == text { return true }
    guard isNumber(), ValueType.isNumber(value), ValueType.isNumber(text) else { return false }
    return ValueType.shortest(value) == ValueType.shortest(text)
  }
}
