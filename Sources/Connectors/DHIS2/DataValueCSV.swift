import Essentials

/// Data values as CSV (RFC 4180): written with the names that 2.43 reads, in the order in which older releases count
/// columns, so that every release takes the file.
enum DataValueCSV {
  static let header =
    "dataElement,period,orgUnit,categoryOptionCombo,attributeOptionCombo,value,storedBy,lastUpdated,comment,followUp,deleted\n"

  /// Appends one line.
  static func append(_ value: DataValue, to bytes: inout [UInt8]) {
    let key = value.key
    for field in [
      key.dataElement, key.period, key.orgUnit, key.categoryOptionCombo ?? "",
      key.attributeOptionCombo ?? "", value.value, "", "", value.comment ?? "",
      value.followUp ? "true" : "",
    ] {
      append(field, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func append(_ field: String, to bytes: inout [UInt8]) {
    guard field.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else {
      bytes.append(contentsOf: field.utf8)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in field.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// The fields of each record. Line ends within quotes belong to the field.
  static func records(_ bytes: some Sequence<UInt8>) throws -> [[String]] {
    var records: [[String]] = []
    var record: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuoted = false
    var isEscaping = false
    func end(_ isRecord: Bool) {
      // An empty line is no record.
      if isRecord, record.isEmpty, field.isEmpty, !wasQuoted { return }
      record.append(String(decoding: field, as: UTF8.self))
      field = []
      wasQuoted = false
      if isRecord {
        records.append(record)
        record = []
      }
    }
    for byte in bytes {
      if isQuoted {
        if isEscaping {
          isEscaping = false
          if byte == UInt8(ascii: "\"") {
            field.append(byte)
            continue
          }
          isQuoted = false
        } else if byte == UInt8(ascii: "\"") {
          isEscaping = true
          continue
        } else {
          field.append(byte)
          continue
        }
      }
      switch byte {
      case UInt8(ascii: "\"") where field.isEmpty:
        isQuoted = true
        wasQuoted = true
      case UInt8(ascii: ","): end(false)
      case UInt8(ascii: "\n"): end(true)
      case UInt8(ascii: "\r"): break
      default: field.append(byte)
      }
    }
    guard !isQuoted || isEscaping else {
      throw Rejection("the CSV of data values ends within quotes", remedy: "Write the file again.")
    }
    end(true)
    if let first = records.first?.first, first.hasPrefix("\u{FEFF}") {
      records[0][0] = String(first.dropFirst())
    }
    return records
  }
}

extension DataValueSet {
  /// Reads CSV: columns by their names where the first line has names that 2.43 knows, else by the places that they
  /// have up to 2.42.
  ///
  /// - Throws: `Rejection` where the text ends within quotes.
  public init(csv bytes: some Sequence<UInt8>) throws {
    self.init()
    var records = try DataValueCSV.records(bytes)[...]
    guard let first = records.first else { return }
    let names = first.map { $0.lowercased() }
    var places = Dictionary(
      [
        "dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value",
        "storedby",
        "lastupdated", "comment", "followup", "deleted",
      ].enumerated().map { ($1, $0) }
    ) { first, _ in first }
    if names.contains("period"), names.contains("value") {
      records = records.dropFirst()
      // A name that is misspelt leaves the column at its place.
      for (place, name) in names.enumerated() where places[name] != nil { places[name] = place }
    }
    for record in records {
      func field(_ name: String) -> String? {
        guard let place = places[name], record.indices.contains(place), !record[place].isEmpty else {
          return nil
        }
        return record[place]
      }
      var row = Row()
      row.dataElement = field("dataelement")
      row.period = field("period")
      row.orgUnit = field("orgunit")
      row.categoryOptionCombo = field("categoryoptioncombo")
      row.attributeOptionCombo = field("attributeoptioncombo")
      row.value = field("value")
      row.comment = field("comment")
      row.followUp = field("followup")?.lowercased() == "true"
      row.isDeleted = field("deleted")?.lowercased() == "true"
      rows.append(row)
    }
  }
}
