internal import Essentials
internal import FoundationEssentials
internal import JSON

/// Whose reports are complete.
struct CompletenessKey: Hashable, Sendable {
  let dataSet: String
  let period: String
  let orgUnit: String
  let attributeOptionCombo: String
}

struct CompletenessEntry: Sendable {
  let date: Date
  let storedBy: String
}

extension DHIS2Service {
  /// `POST /api/dataValueSets`.
  func importDataValues(_ call: Call, _ user: DHIS2User) throws -> Reply {
    guard user.may("F_DATAVALUE_ADD") else { return WebMessage.accessDenied }
    var (payloads, options) = try read(call)
    if let flag = payloads.lazy.compactMap(\.dryRun).first { options.dryRun = flag }
    for (name, text) in payloads.first?.schemes ?? [:] { try options.schemes.set(name, text) }
    if call.mishap == .failedJob, options.isAsync {
      return tasks.start(
        "DATAVALUE_IMPORT", name: "dataValueImport", user: user, now: clock(), base: base, end: .failed)
    }
    var context = contexts[user.username] ?? freshContext(user)
    contexts[user.username] = nil
    context.wind(to: clock(), cacheCleared: cacheCleared)
    var summary = ImportSummary()
    if version < .v2_43 {
      var engine = LegacyImport(context: context, options: options, values: handOver(options))
      defer { takeBack(engine.values, engine.context, options) }
      for payload in payloads {
        let part = engine.run(payload)
        // A dry run registers it, too.
        if let (key, date) = part.completed {
          completeness[key] = CompletenessEntry(date: date, storedBy: user.username)
        }
        summary.merge(part)
      }
    } else {
      var engine = PipelineImport(context: context, options: options, values: handOver(options))
      defer { takeBack(engine.values, engine.context, options) }
      for payload in payloads { summary.merge(try engine.run(payload)) }
    }
    if options.isAsync {
      return tasks.start(
        "DATAVALUE_IMPORT", name: "dataValueImport", user: user, now: clock(), base: base,
        end: call.mishap == .lostSummary ? .lost : .done(summary.json(options, version)))
    }
    return summary.reply(options, version)
  }

  /// The groups of the body, by its type. Others than these are not taken.
  private func read(_ call: Call) throws -> (payloads: [DataValuePayload], options: ImportOptions) {
    let given = call.header("content-type")
    let options = try ImportOptions(call)
    var payloads: [DataValuePayload]
    switch given?.split(separator: ";").first.map({ $0.lowercased() }) {
    case "application/json": payloads = [try DataValuePayload(call.body, version: version)]
    case "application/csv":
      payloads = [try DataValuePayload(csv: call.body, options: options, version: version)]
    case "application/xml": payloads = try DataValuePayload.xml(call.body, version: version)
    case "application/adx+xml":
      return (
        numbered(try DataValuePayload.adx(call.body, version: version)),
        try ImportOptions(call, standard: .code)
      )
    default: throw Refusal(reply: WebMessage.reply(415, "Content-Type '\(given ?? "")' is not supported"))
    }
    return (numbered(payloads), options)
  }

  /// Rows are numbered through all groups.
  private func numbered(_ payloads: [DataValuePayload]) -> [DataValuePayload] {
    var first = 0
    return payloads.map { payload in
      var payload = payload
      payload.firstIndex = first
      first += payload.rows.count
      return payload
    }
  }

  private func freshContext(_ user: DHIS2User) -> DataValueContext {
    let rules = DataValueContext.Rules(
      version: version, calendar: settings.calendar, dataSetDelay: settings.dataSetDelay)
    return DataValueContext(store: store, user: user, rules: rules, now: clock())
  }

  /// The values for an engine to write to: a copy for a dry run, else the only ones, so that a million are not copied.
  private func handOver(_ options: ImportOptions) -> DataValueStore {
    let held = values
    if !options.dryRun { values = DataValueStore() }
    return held
  }

  private func takeBack(_ held: DataValueStore, _ context: DataValueContext, _ options: ImportOptions) {
    contexts[context.user.username] = context
    if !options.dryRun { values = held }
  }

  /// How many values are stored, deleted ones left out.
  var valueCount: Int { values.values.values.count { !$0.isDeleted } }

  /// Everything that is stored, deleted values left out.
  func dataValues() -> [SandboxDataValue] { values.all() }

  /// `/api/completeDataSetRegistrations`.
  func completeDataSets(_ call: Call, _ user: DHIS2User) throws -> Reply {
    switch call.method {
    case "POST": return try register(call, user)
    case "GET": return try registrations(call)
    case "DELETE":
      let (sets, periods, units) = (call.parameters("ds"), call.parameters("pe"), call.parameters("ou"))
      guard !sets.isEmpty, !periods.isEmpty, !units.isEmpty else {
        return WebMessage.reply(409, "Parameters ds, pe and ou must be specified")
      }
      completeness = completeness.filter { key, _ in
        !(sets.contains(key.dataSet) && periods.contains(key.period) && units.contains(key.orgUnit))
      }
      return Reply(204)
    default: return WebMessage.reply(405, "Request method '\(call.method)' is not supported")
    }
  }

  private func register(_ call: Call, _ user: DHIS2User) throws -> Reply {
    guard user.may("F_DATAVALUE_ADD") else { return WebMessage.accessDenied }
    let body = try json(call)
    var context = freshContext(user)
    if let refusal = unflushed(body, &context) { return refusal }
    var summary = ImportSummary()
    var conflicts: [JSONValue] = []
    for entry in body["completeDataSetRegistrations"]?.array ?? [] {
      func refuse(_ object: String, _ message: String) {
        conflicts.append(["object": .string(object), "value": .string(message)])
        summary.ignored += 1
      }
      let (setID, unitID) = (entry["dataSet"]?.string ?? "", entry["organisationUnit"]?.string ?? "")
      guard let set = context.dataSet(setID) else {
        refuse(setID, "Data set not found or not accessible")
        continue
      }
      guard let period = context.period(entry["period"]?.string ?? ""), period.type == set.periodType else {
        refuse(entry["period"]?.string ?? "", "Period not valid for data set")
        continue
      }
      guard context.orgUnit(unitID)?.isInScope == true, set.orgUnits.contains(unitID) else {
        refuse(unitID, "Organisation unit not found, not accessible or not assigned to the data set")
        continue
      }
      guard set.canWrite else {
        refuse(setID, "User does not have write access for data set")
        continue
      }
      let key = CompletenessKey(
        dataSet: setID, period: period.iso, orgUnit: unitID,
        attributeOptionCombo: entry["attributeOptionCombo"]?.string ?? MetadataStore.defaultOptionCombo)
      if entry["completed"]?.bool == false {
        if completeness.removeValue(forKey: key) != nil { summary.deleted += 1 } else { summary.ignored += 1 }
      } else if completeness.updateValue(
        CompletenessEntry(date: clock(), storedBy: user.username), forKey: key) == nil
      {
        summary.imported += 1
      } else {
        summary.updated += 1
      }
    }
    let isFine = conflicts.isEmpty
    return WebMessage.reply(
      isFine ? 200 : 409,
      isFine ? "Import was successful." : "One more conflicts encountered, please check import summary.",
      status: isFine ? "OK" : "WARNING",
      response: [
        "responseType": "ImportSummary", "status": isFine ? "SUCCESS" : "WARNING",
        "description": "Import process completed successfully",
        "importCount": [
          "imported": .integer(summary.imported), "updated": .integer(summary.updated),
          "ignored": .integer(summary.ignored), "deleted": .integer(summary.deleted),
        ],
        // Old form: no codes, no indexes.
        "conflicts": .array(conflicts),
      ])
  }

  /// 2.43.0 to 2.43.2 make a period within the batch that needs it, and fail the first time.
  private func unflushed(_ body: JSONValue, _ context: inout DataValueContext) -> Reply? {
    guard version == .v2_43 else { return nil }
    var isNew = false
    for entry in body["completeDataSetRegistrations"]?.array ?? [] {
      guard let period = context.period(entry["period"]?.string ?? ""), values.names.known(period.iso) == nil
      else { continue }
      isNew = true
      _ = values.names.number(period.iso)
    }
    return isNew ? WebMessage.reply(409, "Failed to flush BatchHandler") : nil
  }

  private func registrations(_ call: Call) throws -> Reply {
    let sets = call.parameters("dataSet")
    let units = call.parameters("orgUnit")
    let periods = call.parameters("period")
    guard !sets.isEmpty else {
      return WebMessage.reply(409, "At least one data set must be specified", errorCode: "E2013")
    }
    guard !units.isEmpty else {
      return WebMessage.reply(409, "At least one organisation unit must be specified", errorCode: "E2006")
    }
    guard !periods.isEmpty || call.parameter("startDate") != nil || call.parameter("lastUpdated") != nil
    else {
      return WebMessage.reply(
        409, "At least one period or start/end dates must be specified", errorCode: "E2002")
    }
    let found = completeness.filter { key, _ in
      guard sets.contains(key.dataSet), periods.isEmpty || periods.contains(key.period) else { return false }
      if units.contains(key.orgUnit) { return true }
      guard call.flag("children"), let unit = store[.organisationUnits, key.orgUnit] else { return false }
      return store.isUnit(unit, within: units)
    }
    guard !found.isEmpty else { return .json([:]) }
    let rows = found.sorted { ($0.key.period, $0.key.orgUnit) < ($1.key.period, $1.key.orgUnit) }
    return .json([
      "completeDataSetRegistrations": .array(
        rows.map { key, entry in
          [
            "period": .string(key.period), "dataSet": .string(key.dataSet),
            "organisationUnit": .string(key.orgUnit),
            "attributeOptionCombo": .string(key.attributeOptionCombo),
            "date": .string(entry.date.milliseconds),
            "storedBy": .string(entry.storedBy), "completed": true,
          ]
        })
    ])
  }
}
