import Essentials
import JSON

/// Data values as `/api/dataValueSets` writes and reads them.
public struct DataValueSet: Sendable {
  /// One value as it stands in the document; what it leaves out stands in the header.
  public struct Row: Sendable, Hashable {
    public var dataElement: String?
    public var period: String?
    public var orgUnit: String?
    public var categoryOptionCombo: String?
    public var attributeOptionCombo: String?
    public var value: String?
    public var comment: String?
    public var followUp = false
    public var isDeleted = false

    public init() {}
  }

  public var dataSet: String?
  public var period: String?
  public var orgUnit: String?
  public var attributeOptionCombo: String?
  public var completeDate: String?
  public var rows: [Row] = []

  public init() {}

  /// Reads JSON. From 2.43 what all values share stands once in the header, before that in each value.
  public init(json bytes: some Sequence<UInt8>) throws {
    self = try JSONReader.read(bytes) { try Self(reading: &$0) }
  }

  init(reading reader: inout JSONReader) throws {
    try reader.readObject { reader, key in
      switch key {
      case "dataSet": dataSet = try Self.text(&reader)
      case "period": period = try Self.text(&reader)
      case "orgUnit": orgUnit = try Self.text(&reader)
      case "attributeOptionCombo": attributeOptionCombo = try Self.text(&reader)
      case "completeDate": completeDate = try Self.text(&reader)
      case "dataValues": try reader.readArray { rows.append(try Self.row(&$0)) }
      default: try reader.skipValue()
      }
    }
  }

  /// The rows with what the header says filled in where they say nothing. Rows without element, period or unit are left
  /// out, as are deleted ones.
  ///
  /// - Parameter defaultCombo: the id of the default category option combination, which keys leave out.
  public func values(defaultCombo: String? = nil) -> [DataValue] {
    rows.compactMap { row in
      guard !row.isDeleted, let value = row.value, let key = key(of: row, defaultCombo: defaultCombo) else {
        return nil
      }
      return DataValue(key, value: value, comment: row.comment, followUp: row.followUp)
    }
  }

  func key(of row: Row, defaultCombo: String?) -> DataValue.Key? {
    guard let element = row.dataElement, let period = row.period ?? period, let unit = row.orgUnit ?? orgUnit
    else {
      return nil
    }
    func combo(_ id: String?) -> String? { id == defaultCombo || id?.isEmpty == true ? nil : id }
    return DataValue.Key(
      dataElement: element, period: period, orgUnit: unit,
      categoryOptionCombo: combo(row.categoryOptionCombo),
      attributeOptionCombo: combo(row.attributeOptionCombo ?? attributeOptionCombo))
  }

  static func row(_ reader: inout JSONReader) throws -> Row {
    var row = Row()
    try reader.readObject { reader, key in
      switch key {
      case "dataElement": row.dataElement = try text(&reader)
      case "period": row.period = try text(&reader)
      case "orgUnit": row.orgUnit = try text(&reader)
      case "categoryOptionCombo": row.categoryOptionCombo = try text(&reader)
      case "attributeOptionCombo": row.attributeOptionCombo = try text(&reader)
      case "value": row.value = try text(&reader)
      case "comment": row.comment = try text(&reader)
      case "followup", "followUp": row.followUp = try text(&reader) == "true"
      case "deleted": row.isDeleted = try text(&reader) == "true"
      default: try reader.skipValue()
      }
    }
    return row
  }

  /// A text, or the text of a number or a truth value, which older servers took too.
  private static func text(_ reader: inout JSONReader) throws -> String? {
    switch try reader.peek() {
    case .null:
      try reader.readNull()
      return nil
    case .string: return try reader.readString()
    default: return try reader.readValue().text()
    }
  }
}
