internal import FoundationEssentials
internal import JSON

/// A reason why rows of a data value import were refused.
struct ImportConflict: Sendable {
  let code: String
  let message: String
  /// What it is about, by name, the first being the main one; 2.43 has only `args`.
  let objects: [(name: String, value: String)]
  let property: String?
  var indexes: [Int]

  /// Conflicts of the same code about the same objects are one (ImportConflict.mergeWith).
  var group: String { code + objects.map { "|\($0.name)=\($0.value)" }.joined() }

  func json(_ version: DHIS2Version) -> JSONValue {
    var body = JSONObject()
    if version < .v2_43 { body["object"] = objects.first.map { .string($0.value) } }
    body["objects"] = .object(JSONObject(objects.map { (key: $0.name, value: .string($0.value)) }))
    body["value"] = .string(message)
    body["errorCode"] = .string(code)
    if version < .v2_43 { body["property"] = property.map { .string($0) } }
    if !indexes.isEmpty { body["indexes"] = .array(indexes.map { .integer($0) }) }
    return .object(body)
  }
}

/// The outcome of a data value import.
struct ImportSummary: Sendable {
  var imported = 0
  var updated = 0
  var ignored = 0
  var deleted = 0
  var rejected: Set<Int> = []
  /// The request as a whole was refused.
  var isError = false
  /// The completeness that the request registered besides its values.
  var completed: (key: CompletenessKey, date: Date)?
  private(set) var conflicts: [ImportConflict] = []
  private var place: [String: Int] = [:]

  mutating func add(_ conflict: ImportConflict) {
    rejected.formUnion(conflict.indexes)
    if let index = place[conflict.group] {
      conflicts[index].indexes += conflict.indexes
    } else {
      place[conflict.group] = conflicts.count
      conflicts.append(conflict)
    }
  }

  /// Adds the outcome of another group of the same request.
  mutating func merge(_ other: ImportSummary) {
    imported += other.imported
    updated += other.updated
    ignored += other.ignored
    deleted += other.deleted
    for conflict in other.conflicts { add(conflict) }
    completed = other.completed ?? completed
    isError = (isError || other.isError) && imported + updated + deleted == 0
  }

  var status: String { isError ? "ERROR" : conflicts.isEmpty ? "SUCCESS" : "WARNING" }

  /// The summary alone, as a finished task shows it.
  func json(_ options: ImportOptions, _ version: DHIS2Version) -> JSONValue {
    let description: JSONValue
    if version >= .v2_43 {
      description = .null
    } else {
      description = isError ? "The import process failed: " : "Import process completed successfully"
    }
    return [
      "responseType": "ImportSummary", "status": .string(status), "importOptions": options.json,
      "description": description,
      "importCount": [
        "imported": .integer(imported), "updated": .integer(updated), "ignored": .integer(ignored),
        "deleted": .integer(deleted),
      ],
      "conflicts": .array(conflicts.map { $0.json(version) }),
      "rejectedIndexes": .array(rejected.sorted().map { .integer($0) }),
      "dataSetComplete": .string(completed.map { String($0.date.milliseconds.prefix(10)) } ?? "false"),
    ]
  }

  /// The answer (WebMessageUtils.importSummary): partial success is a conflict up to 2.42 and fine from 2.43 on.
  func reply(_ options: ImportOptions, _ version: DHIS2Version) -> Reply {
    let body = json(options, version)
    switch status {
    case "SUCCESS": return WebMessage.reply(200, "Import was successful.", response: body)
    case "ERROR":
      return WebMessage.reply(409, "An error occurred, please check import summary.", response: body)
    default:
      return version < .v2_43
        ? WebMessage.reply(
          409, "One more conflicts encountered, please check import summary.", status: "WARNING",
          response: body)
        : WebMessage.reply(
          200, "Import completed with warnings, please check import summary.", status: "WARNING",
          response: body)
    }
  }
}

/// The parameters of a data value import (ImportOptions).
struct ImportOptions: Sendable {
  var dryRun = false
  var strategy = "CREATE_AND_UPDATE"
  var strict: Set<String> = []
  var isAtomic = false
  var force = false
  var isAsync = false
  /// For CSV, which has no place for it.
  var dataSet: String?
  var firstRowIsHeader = true
  var schemes: IdSchemes

  private static let strictNames = [
    "strictPeriods", "strictDataElements", "strictCategoryOptionCombos", "strictAttributeOptionCombos",
    "strictOrganisationUnits", "strictDataSetApproval", "strictDataSetLocking", "strictDataSetInputPeriods",
    "requireCategoryOptionCombo", "requireAttributeOptionCombo",
  ]
  private static let strategies: [String: String] = [
    "CREATE_AND_UPDATE": "CREATE_AND_UPDATE", "NEW_AND_UPDATES": "CREATE_AND_UPDATE", "CREATE": "CREATE",
    "NEW": "CREATE", "UPDATE": "UPDATE", "UPDATES": "UPDATE", "DELETE": "DELETE", "DELETES": "DELETE",
  ]

  init(_ call: Call, standard: IdScheme = .uid) throws {
    schemes = IdSchemes(standard: standard)
    for name in IdSchemes.parameters {
      if let text = call.parameter(name) { try schemes.set(name, text) }
    }
    dataSet = call.parameter("dataSet")
    firstRowIsHeader = call.parameter("firstRowIsHeader")?.lowercased() != "false"
    dryRun = call.flag("dryRun")
    isAsync = call.flag("async")
    isAtomic = call.flag("atomic")
    force = call.flag("force")
    strict = Set(Self.strictNames.filter { call.flag($0) })
    let asked = call.parameter("importStrategy") ?? "CREATE_AND_UPDATE"
    guard let known = Self.strategies[asked.uppercased()] else {
      throw Refusal(
        reply: WebMessage.reply(
          400,
          "Value '\(asked)' is not a valid import strategy. Valid values are: [CREATE, UPDATE, CREATE_AND_UPDATE, DELETE]"
        ))
    }
    strategy = known
  }

  var json: JSONValue {
    var body: JSONObject = [
      "idSchemes": .object(
        JSONObject(schemes.given.sorted { $0.key < $1.key }.map { (key: $0, value: .string($1)) })),
      "dryRun": .bool(dryRun), "preheatCache": false, "async": .bool(isAsync),
      "importStrategy": .string(strategy), "mergeMode": "REPLACE", "reportMode": "FULL",
      "skipExistingCheck": false,
      "sharing": false, "skipNotifications": false, "skipAudit": false,
    ]
    for name in Self.strictNames { body[name] = .bool(strict.contains(name)) }
    for name in ["skipPatternValidation", "ignoreEmptyCollection"] { body[name] = false }
    body["force"] = .bool(force)
    body["firstRowIsHeader"] = .bool(firstRowIsHeader)
    for name in ["skipLastUpdated", "mergeDataValues", "skipCache"] { body[name] = false }
    return .object(body)
  }
}
