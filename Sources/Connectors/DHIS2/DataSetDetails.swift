public import Essentials
import JSON

/// What DHIS2 says of a data set that decides about its values.
public struct DataSetDetails: Sendable {
  /// A data element of the set.
  public struct Element: Sendable, Hashable {
    public let id: String
    public let valueType: String
    public let aggregationType: String
    public let zeroIsSignificant: Bool
    public let categoryCombo: String?

    /// Whether a zero means nothing: DHIS2 up to 2.42 drops it, and analytics of all releases leave it out. A text `0`
    /// is no zero.
    public var losesZeros: Bool {
      ValueType.isNumeric(valueType) && !zeroIsSignificant
        && !["AVERAGE", "AVERAGE_SUM_ORG_UNIT"].contains(aggregationType)
    }
  }

  /// A period for which data may be entered, and when.
  public struct InputPeriod: Sendable, Hashable {
    public let period: String
    public let opening: CalendarDate?
    public let closing: CalendarDate?
  }

  public let id: String
  public let name: String
  /// Nil where it is one that this program does not know.
  public let periodType: PeriodType?
  public let openFuturePeriods: Int
  /// Zero means that periods never expire.
  public let expiryDays: Double
  public let mayReadData: Bool
  public let mayWriteData: Bool
  public let categoryCombo: String?
  /// Whether the set has no attribute of its own, as far as the server says so.
  public let isDefaultCategoryCombo: Bool?
  public let elements: [String: Element]
  public let inputPeriods: [InputPeriod]
  /// The units that it is assigned to.
  var units: AssignedUnits
  /// How many the server says there are, where it was asked for that alone.
  let announcedUnits: Int

  /// Whether the set is assigned to a unit.
  public func isAssigned(to unit: String) -> Bool { units.place(of: unit) != nil }

  /// To how many units the set is assigned.
  public var unitCount: Int { units.count }

  /// Reads a data set as `/api/dataSets/{id}` writes it. The units, which may be a hundred thousand, are read without
  /// building a tree of them.
  init(reading reader: inout JSONReader) throws {
    var members = JSONObject()
    var units: [AssignedUnits.Entry] = []
    try reader.readObject { reader, key in
      if key == "organisationUnits", try reader.peek() == .array {
        try reader.readArray { reader in
          try reader.readObject { reader, key in
            if key == "id", try reader.peek() == .string {
              let id = try reader.readString()
              if let unit = AssignedUnits.Entry(id.utf8, .init()) { units.append(unit) }
            } else {
              try reader.skipValue()
            }
          }
        }
      } else {
        members[key] = try reader.readValue()
      }
    }
    let set = JSONValue.object(members)
    guard let id = (set["id"] ?? set["uid"])?.string else {
      throw reader.error("expected a data set with an id")
    }
    self.id = id
    announcedUnits = set["organisationUnits"]?.integer ?? units.count
    self.units = AssignedUnits(units)
    name = (set["name"] ?? set["displayName"])?.string ?? id
    periodType = set["periodType"]?.string.flatMap(PeriodType.init(rawValue:))
    openFuturePeriods = set["openFuturePeriods"]?.integer ?? 0
    expiryDays = set["expiryDays"]?.double ?? 0
    let access = set["access"]?["data"]
    mayReadData = access?["read"]?.bool ?? true
    mayWriteData = access?["write"]?.bool ?? true
    categoryCombo = set["categoryCombo"]?["id"]?.string
    isDefaultCategoryCombo = set["categoryCombo"]?["isDefault"]?.bool
    inputPeriods = (set["dataInputPeriods"]?.array ?? []).compactMap { period in
      guard let id = (period["period"]?["id"] ?? period["period"])?.string else { return nil }
      func date(_ key: String) -> CalendarDate? {
        period[key]?.string.flatMap { CalendarDate(String($0.prefix(10))) }
      }
      return InputPeriod(period: id, opening: date("openingDate"), closing: date("closingDate"))
    }
    let elements = (set["dataSetElements"]?.array ?? []).compactMap { member -> Element? in
      guard let element = member["dataElement"], let id = element["id"]?.string else { return nil }
      return Element(
        id: id, valueType: element["valueType"]?.string ?? "",
        aggregationType: element["aggregationType"]?.string ?? "",
        // Where the server does not say, it is not held against the element.
        zeroIsSignificant: element["zeroIsSignificant"]?.bool ?? (element["aggregationType"] == nil),
        // The set may use another combination than the element has.
        categoryCombo: (member["categoryCombo"]?["id"] ?? element["categoryCombo"]?["id"])?.string)
    }
    self.elements = Dictionary(elements.map { ($0.id, $0) }) { first, _ in first }
  }
}

extension DHIS2 {
  /// What DHIS2 says of a data set; nil where there is none, or the user may not see it.
  public func dataSetDetails(_ id: String) async throws -> DataSetDetails? {
    guard var details = try await describedDataSet(id) else { return nil }
    details.units = try await assignedUnits(id, expecting: details.announcedUnits, user: nil)
    return details
  }

  /// As ``dataSetDetails(_:)``, without the units.
  func describedDataSet(_ id: String) async throws -> DataSetDetails? {
    let fields =
      "id,name,periodType,openFuturePeriods,expiryDays,access,categoryCombo[id,isDefault],dataInputPeriods[period[id],openingDate,closingDate],dataSetElements[dataElement[id,valueType,aggregationType,zeroIsSignificant,categoryCombo[id]],categoryCombo[id]],organisationUnits::size"
    return try await read(
      "dataSets", [("filter", "id:eq:\(id)"), ("fields", fields), ("paging", "false")],
      operation: "reading data set \(id)"
    ) { reader in
      var found: DataSetDetails?
      try reader.readObject { reader, key in
        guard key == "dataSets", try reader.peek() == .array else { return try reader.skipValue() }
        try reader.readArray { found = try DataSetDetails(reading: &$0) }
      }
      return found
    }
  }
}
