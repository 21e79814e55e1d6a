internal import Essentials

extension DataValuePayload {
  /// Reads `<dataValueSet>` (DXF 2).
  static func xml(_ body: [UInt8], version: DHIS2Version) throws -> [DataValuePayload] {
    let root = try root(of: body, version)
    if version >= .v2_43, root.name == "adx" { return try adx(root, version) }
    guard root.name == "dataValueSet" else {
      throw refused(
        "Neither <dataValueSet> nor <adx> root tag found but: `<\(root.name)>`", version)
    }
    var payload = DataValuePayload()
    for (name, value) in root.attributes where !value.isEmpty {
      switch name {
      case "dataSet": payload.dataSet = value
      case "period": payload.period = value
      case "orgUnit": payload.orgUnit = value
      case "attributeOptionCombo": payload.attributeOptionCombo = value
      case "completeDate": payload.completeDate = value
      case "dryRun": payload.dryRun = value.lowercased() == "true"
      case _ where IdSchemes.parameters.contains(name): payload.schemes[name] = value
      default: break
      }
    }
    let followUp = version < .v2_43 ? "followup" : "followUp"
    payload.rows = root.children.filter { $0.name == "dataValue" }.map { node in
      var row = Row()
      for (name, value) in node.attributes where !value.isEmpty {
        if name.lowercased() == "followup", name != followUp { continue }
        row.set(name.lowercased(), value)
      }
      return row
    }
    return [payload]
  }

  /// Reads `<adx>` (QRPH ADX): a group for each data set, org unit and period.
  static func adx(_ body: [UInt8], version: DHIS2Version) throws -> [DataValuePayload] {
    let root = try root(of: body, version)
    guard root.name == "adx", root.attributes["xmlns"] == "urn:ihe:qrph:adx:2015" else {
      throw refused("the root element is not <adx> of urn:ihe:qrph:adx:2015", version)
    }
    return try adx(root, version)
  }

  private static func adx(_ root: XMLNode, _ version: DHIS2Version) throws -> [DataValuePayload] {
    try root.children.filter { $0.name == "group" }.map { group in
      var payload = DataValuePayload()
      payload.dataSet = group.attributes["dataSet"]
      guard let text = group.attributes["period"], let period = ADXPeriod.iso(text) else {
        throw refused("ADX period is not valid: \(group.attributes["period"] ?? "null")", version)
      }
      payload.rows = group.children.filter { $0.name == "dataValue" }.map { node in
        var row = Row()
        row.period = period
        row.orgUnit = group.attributes["orgUnit"]
        row.attributeOptionCombo = group.attributes["attributeOptionCombo"]
        for (name, value) in node.attributes { row.set(name.lowercased(), value) }
        if let note = node.children.first(where: { $0.name == "annotation" }) { row.value = note.text }
        return row
      }
      return payload
    }
  }

  private static func root(of body: [UInt8], _ version: DHIS2Version) throws -> XMLNode {
    do {
      return try XMLNode(parsing: body)
    } catch {
      throw refused(error.problem, version)
    }
  }

  private static func refused(_ problem: String, _ version: DHIS2Version) -> Refusal {
    version < .v2_43
      ? Refusal(reply: WebMessage.reply(409, "Failed to parse XML: \(problem)"))
      : Refusal(reply: WebMessage.reply(400, "XML file error : \(problem)", errorCode: "E8007"))
  }
}

/// ADX's periods: a first day and a length, `2020-01-01/P1M` (AdxPeriod).
enum ADXPeriod {
  private static let lengths: [String: [PeriodType]] = [
    "P1D": [.daily],
    "P7D": [.weekly, .weeklyWednesday, .weeklyThursday, .weeklySaturday, .weeklySunday],
    "P14D": [.biWeekly], "P1M": [.monthly], "P2M": [.biMonthly], "P3M": [.quarterly, .quarterlyNov],
    "P6M": [.sixMonthly, .sixMonthlyApril, .sixMonthlyNov],
    "P1Y": [.yearly, .financialApril, .financialJuly, .financialSep, .financialOct, .financialNov],
  ]

  /// The period in DHIS2's form; nil where no type has such a one.
  static func iso(_ text: String) -> String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let day = CalendarDate(parts[0]) else { return nil }
    return lengths[parts[1]]?.lazy.map { $0.period(containing: day) }.first { $0.start == day }?.iso
  }
}
