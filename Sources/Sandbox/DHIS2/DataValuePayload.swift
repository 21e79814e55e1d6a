internal import JSON

/// The body of `POST /api/dataValueSets`: one group of rows and what is said about all of them.
struct DataValuePayload: Sendable {
  struct Row: Sendable {
    var dataElement: String?
    var period: String?
    var orgUnit: String?
    var categoryOptionCombo: String?
    var attributeOptionCombo: String?
    var value: String?
    var comment: String?
    var followUp = false
    var isDeleted = false
  }

  var dataSet: String?
  var period: String?
  var orgUnit: String?
  var attributeOptionCombo: String?
  var completeDate: String?
  var dryRun: Bool?
  /// The id schemes that the payload itself names, by member.
  var schemes: [String: String] = [:]
  var rows: [Row] = []
  /// The number of the first row within the request.
  var firstIndex = 0

  /// Reads JSON. 2.43 takes nothing but strings for values; the others take numbers and booleans for their text.
  init(_ body: [UInt8], version: DHIS2Version) throws {
    do {
      self = try JSONReader.read(body) { reader in
        var payload = DataValuePayload()
        try payload.readMembers(&reader, version)
        return payload
      }
    } catch let error as JSONSyntaxError {
      // Up to 2.42 malformed JSON is a conflict.
      throw Refusal(reply: WebMessage.reply(version < .v2_43 ? 409 : 400, error.message))
    }
  }

  init() {}

  private mutating func readMembers(_ reader: inout JSONReader, _ version: DHIS2Version) throws {
    try reader.readObject { reader, key in
      switch key {
      case "dataSet": dataSet = try Self.text(&reader, version)
      case "period": period = try Self.text(&reader, version)
      case "orgUnit": orgUnit = try Self.text(&reader, version)
      case "attributeOptionCombo": attributeOptionCombo = try Self.text(&reader, version)
      case "completeDate": completeDate = try Self.text(&reader, version)
      case "dryRun": dryRun = try reader.readValue().bool
      case "idScheme", "dataElementIdScheme", "orgUnitIdScheme", "categoryOptionComboIdScheme",
        "attributeOptionComboIdScheme", "dataSetIdScheme":
        schemes[key] = try Self.text(&reader, version)
      case "dataValues": try reader.readArray { rows.append(try Self.row(&$0, version)) }
      default: try reader.skipValue()
      }
    }
  }

  private static func row(_ reader: inout JSONReader, _ version: DHIS2Version) throws -> Row {
    var row = Row()
    try reader.readObject { reader, key in
      switch key {
      case "dataElement": row.dataElement = try text(&reader, version)
      case "period": row.period = try text(&reader, version)
      case "orgUnit": row.orgUnit = try text(&reader, version)
      case "categoryOptionCombo": row.categoryOptionCombo = try text(&reader, version)
      case "attributeOptionCombo": row.attributeOptionCombo = try text(&reader, version)
      case "value": row.value = try text(&reader, version)
      case "comment": row.comment = try text(&reader, version)
      case version < .v2_43 ? "followup" : "followUp": row.followUp = try reader.readValue().bool ?? false
      case "deleted": row.isDeleted = try reader.readValue().bool ?? false
      default: try reader.skipValue()
      }
    }
    return row
  }

  private static func text(_ reader: inout JSONReader, _ version: DHIS2Version) throws -> String? {
    switch try reader.peek() {
    case .null:
      try reader.readNull()
      return nil
    case .string: return try reader.readString()
    default:
      let value = try reader.readValue()
      guard version != .v2_43, value.object == nil, value.array == nil else {
        throw Refusal(
          reply: WebMessage.reply(400, "Expected a JSON string but found \(value.typeInWords): \(value)"))
      }
      return value.text()
    }
  }
}
