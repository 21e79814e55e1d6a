internal import JSON

/// What is wrong with an object of a metadata import.
struct MetadataError: Sendable {
  let code: String
  let message: String
  let property: String?
  let arguments: [String]
  let mainID: String?
  let klass: String

  var json: JSONValue {
    var body: JSONObject = [
      "message": .string(message), "mainKlass": .string(klass), "errorCode": .string(code),
      "errorProperties": .array(arguments.map { .string($0) }), "args": [],
    ]
    body["errorProperty"] = property.map { .string($0) }
    body["mainId"] = mainID.map { .string($0) }
    return .object(body)
  }

  static func objectReport(_ type: MetadataType, index: Int, id: String, errors: [MetadataError]) -> JSONValue
  {
    [
      "klass": .string(type.klass), "index": .integer(index), "uid": .string(id),
      "errorReports": .array(errors.map(\.json)),
    ]
  }
}

/// The checks of one object of a metadata import.
struct MetadataCheck {
  let type: MetadataType
  let id: String
  let object: JSONObject
  let store: MetadataStore
  /// The ids that the same bundle brings.
  let coming: [MetadataType: Set<String>]

  private static let values: [String: Set<String>] = [
    "valueType": [
      "TEXT", "LONG_TEXT", "LETTER", "PHONE_NUMBER", "EMAIL", "BOOLEAN", "TRUE_ONLY", "DATE", "DATETIME",
      "TIME",
      "NUMBER", "UNIT_INTERVAL", "PERCENTAGE", "INTEGER", "INTEGER_POSITIVE", "INTEGER_NEGATIVE",
      "INTEGER_ZERO_OR_POSITIVE", "TRACKER_ASSOCIATE", "USERNAME", "COORDINATE", "ORGANISATION_UNIT",
      "REFERENCE",
      "AGE", "URL", "FILE_RESOURCE", "IMAGE", "GEOJSON", "MULTI_TEXT",
    ],
    "domainType": ["AGGREGATE", "TRACKER"],
    "aggregationType": [
      "SUM", "AVERAGE", "AVERAGE_SUM_ORG_UNIT", "LAST", "LAST_AVERAGE_ORG_UNIT", "LAST_LAST_ORG_UNIT",
      "LAST_IN_PERIOD", "LAST_IN_PERIOD_AVERAGE_ORG_UNIT", "FIRST", "FIRST_AVERAGE_ORG_UNIT",
      "FIRST_FIRST_ORG_UNIT",
      "COUNT", "STDDEV", "VARIANCE", "MIN", "MAX", "MIN_SUM_ORG_UNIT", "MAX_SUM_ORG_UNIT", "NONE", "CUSTOM",
      "DEFAULT",
    ],
    "periodType": Set(PeriodType.allCases.map(\.rawValue)),
  ]

  /// The name, the id and the type, as messages have them.
  var title: String { "\(object["name"]?.string ?? "null") [\(id)] (\(type.name))" }

  func error(_ code: String, _ message: String, _ property: String?, _ arguments: [String] = [])
    -> MetadataError
  {
    MetadataError(
      code: code, message: message, property: property,
      arguments: arguments.isEmpty ? [property ?? id] : arguments,
      mainID: nil, klass: type.klass)
  }

  func notUnique(_ property: String, _ value: JSONValue, _ other: String) -> MetadataError {
    let text = value.string ?? value.text()
    return MetadataError(
      code: "E5003",
      message:
        "Property `\(property)` with value `\(text)` on object \(title) already exists on object \(other)",
      property: property, arguments: [property, text, title, other], mainID: other, klass: type.klass)
  }

  /// The id, the strategy and the authority.
  func identity(exists: Bool, strategy: String, user: DHIS2User) -> [MetadataError] {
    var errors: [MetadataError] = []
    if !UID.isValid(id) {
      errors.append(error("E4014", "Invalid UID `\(id)` for property `\(type.name)`", "id"))
    }
    if exists, strategy == "CREATE" {
      errors.append(
        error(
          "E5000",
          "Found matching object for given reference, but import mode is CREATE. Identifier was UID, and object was \(title)",
          "id"))
    }
    if !exists, strategy == "UPDATE" {
      errors.append(
        error(
          "E5001", "No matching object for given reference. Identifier was UID, and object was \(title)", "id"
        ))
    }
    let mayWrite = user.authorities.contains("ALL") || (type.authority.map(user.may) ?? false)
    if !mayWrite {
      errors.append(
        error(
          exists ? "E3001" : "E3000",
          exists
            ? "User `\(user.username) [\(user.id)] (User)` is not allowed to update object `\(title)`"
            : "User `\(user.username) [\(user.id)] (User)` is not allowed to create objects of type \(type.name)",
          nil))
    } else if let old = store[type, id], !MetadataAccess(user: user, type: type, object: old).canUpdate {
      errors.append(
        error(
          "E3001", "User `\(user.username) [\(user.id)] (User)` is not allowed to update object `\(title)`",
          nil))
    }
    return errors
  }

  /// Required properties, lengths, and the words that DHIS2 knows.
  func properties() -> [MetadataError] {
    var errors: [MetadataError] = []
    for property in type.required
    where object[property] == nil || object[property] == .null || object[property] == "" {
      errors.append(error("E4000", "Missing required property `\(property)`", property))
    }
    for (property, longest) in type.lengths.sorted(by: { $0.key < $1.key }) {
      guard let length = object[property]?.string?.unicodeScalars.count, length > longest else { continue }
      errors.append(
        error(
          "E4001", "Maximum length of property `\(property)`is \(longest), but given length was \(length)",
          property,
          [property, "\(longest)", "\(length)"]))
    }
    for (property, words) in Self.values {
      guard let word = object[property]?.string, !words.contains(word) else { continue }
      errors.append(
        error(
          "E4003", "Property `\(property)` requires a valid value, but was given `\(word)`", property,
          [property, word]))
    }
    return errors
  }

  /// References to objects that neither the server nor the bundle has.
  func references() -> [MetadataError] {
    object.flatMap { key, value in
      if key == "dataSetElements" {
        return (value.array ?? []).compactMap {
          $0["dataElement"].flatMap { missing("dataElement", $0, as: key) }
        }
      }
      if key == "createdBy" { return [] }
      if type == .organisationUnits, MetadataType.derivedOfOrgUnits.contains(key) { return [] }
      return (value.array ?? [value]).compactMap { missing(key, $0, as: key) }
    }
  }

  private func missing(_ property: String, _ value: JSONValue, as name: String) -> MetadataError? {
    guard let target = MetadataType.ofProperty[property], target != .users, value.object != nil else {
      return nil
    }
    let id = value["id"]?.string ?? ""
    if store[target, id] != nil || coming[target]?.contains(id) ?? false { return nil }
    let reference = "[\(id)] (\(target.name))"
    return error(
      "E5002", "Invalid reference \(reference) on object \(title) for association `\(name)`", name,
      [reference, title, name])
  }

  /// A value as it is stored: references by id only.
  static func reduced(_ value: JSONValue, _ property: String) -> JSONValue {
    func reference(_ value: JSONValue) -> JSONValue {
      guard let id = value["id"] else { return value }
      return ["id": id]
    }
    if property == "dataSetElements" {
      return .array(
        (value.array ?? []).map { element in
          var reduced = JSONObject()
          for key in ["dataElement", "categoryCombo"] { reduced[key] = element[key].map(reference) }
          return .object(reduced)
        })
    }
    guard MetadataType.ofProperty[property] != nil else { return value }
    return value.array.map { .array($0.map(reference)) } ?? reference(value)
  }
}
