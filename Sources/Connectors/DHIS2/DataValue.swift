import JSON

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

  public init(_ key: Key, value: String, comment: String? = nil) {
    self.key = key
    self.value = value
    self.comment = comment
  }
}

extension DataValue {
  /// Whether a text that DHIS2 holds is this value: `5.0` is `5`.
  public func hasValue(_ text: String) -> Bool {
    if value == text { return true }
    guard let mine = Double(value), let other = Double(text) else { return false }
    return mine == other
  }

  /// Appends the value as a JSON object. Ids are written without looking for what needs escaping only where they are
  /// plain.
  func write(to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    Self.member("dataElement", key.dataElement, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    Self.member("period", key.period, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    Self.member("orgUnit", key.orgUnit, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    // An empty text is no combination: it is left out, as the default is.
    if let combo = key.categoryOptionCombo, !combo.isEmpty {
      Self.member("categoryOptionCombo", combo, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    if let combo = key.attributeOptionCombo, !combo.isEmpty {
      Self.member("attributeOptionCombo", combo, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    Self.member("value", value, to: &bytes)
    if let comment {
      bytes.append(UInt8(ascii: ","))
      Self.member("comment", comment, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  static func member(_ name: StaticString, _ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(contentsOf: "\":".utf8)
    var text = text
    let isPlain = text.withUTF8 { text in
      for byte in text where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        return false
      }
      bytes.append(UInt8(ascii: "\""))
      bytes.append(contentsOf: text)
      bytes.append(UInt8(ascii: "\""))
      return true
    }
    if !isPlain {
      var writer = JSONWriter()
      writer.write(string: text)
      bytes.append(contentsOf: writer.bytes)
    }
  }
}
