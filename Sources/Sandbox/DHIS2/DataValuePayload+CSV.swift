internal import JSON

extension DataValuePayload {
  /// Reads CSV. Up to 2.42 the place of a column counts and its name does not; from 2.43 on it is the other way round
  /// (CsvDataValueSetReader, DataEntryInput.fromCsv).
  init(csv body: [UInt8], options: ImportOptions, version: DHIS2Version) throws {
    self.init()
    dataSet = options.dataSet
    var lines = CSVLines(body)
    if version >= .v2_43 {
      guard options.firstRowIsHeader else {
        throw Refusal(reply: WebMessage.reply(500, "CSV without header row is no longer supported."))
      }
      let names = (lines.next() ?? []).map { $0.lowercased() }
      while let cells = lines.next() {
        var row = Row()
        for (name, cell) in zip(names, cells) where !cell.isEmpty { row.set(name, cell) }
        rows.append(row)
      }
      return
    }
    if options.firstRowIsHeader { _ = lines.next() }
    while let cells = lines.next() {
      var row = Row()
      for (name, cell) in zip(Self.order, cells) where !cell.isEmpty { row.set(name, cell) }
      rows.append(row)
    }
  }

  /// The columns up to 2.42, by their names in 2.43 where they are still there.
  private static let order = [
    "dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value", "storedby",
    "lastupdated", "comment", "followup", "deleted",
  ]
}

extension DataValuePayload.Row {
  /// Sets a column or an attribute by its name in lower case; others are passed over.
  mutating func set(_ name: String, _ text: String) {
    switch name {
    case "dataelement": dataElement = text
    case "period": period = text
    case "orgunit": orgUnit = text
    case "categoryoptioncombo": categoryOptionCombo = text
    case "attributeoptioncombo": attributeOptionCombo = text
    case "value": value = text
    case "comment": comment = text
    case "followup": followUp = text.lowercased() == "true"
    case "deleted": isDeleted = text.lowercased() == "true"
    default: break
    }
  }
}

/// The records of a CSV text (RFC 4180), empty lines left out.
struct CSVLines {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  /// The cells of the next record; nil at the end.
  mutating func next() -> [String]? {
    while position < bytes.count {
      let cells = record()
      if cells != [""] { return cells }
    }
    return nil
  }

  private mutating func record() -> [String] {
    var cells: [String] = []
    var cell: [UInt8] = []
    var isQuoted = false
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if isQuoted {
        if byte != UInt8(ascii: "\"") {
          cell.append(byte)
        } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
          cell.append(byte)
          position += 1
        } else {
          isQuoted = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isQuoted = true
      case UInt8(ascii: ","):
        cells.append(String(decoding: cell, as: UTF8.self))
        cell = []
      case UInt8(ascii: "\r"): break
      case UInt8(ascii: "\n"):
        cells.append(String(decoding: cell, as: UTF8.self))
        return cells
      default: cell.append(byte)
      }
    }
    cells.append(String(decoding: cell, as: UTF8.self))
    return cells
  }
}
