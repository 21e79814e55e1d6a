/// By what an import names objects (IdScheme): `UID`, `CODE`, `NAME` or `ATTRIBUTE:uid`.
enum IdScheme: Hashable, Sendable {
  case uid
  case code
  case name
  /// The value of an attribute, by the attribute's UID.
  case attribute(String)

  init(_ text: String) throws {
    switch text.uppercased() {
    case "UID", "ID": self = .uid
    case "CODE": self = .code
    case "NAME": self = .name
    default:
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      guard parts.count == 2, parts[0].uppercased() == "ATTRIBUTE", UID.isValid(parts[1]) else {
        throw Refusal(reply: WebMessage.reply(400, "Could not parse ID scheme '\(text)'"))
      }
      self = .attribute(parts[1])
    }
  }
}

/// The schemes of one import, by kind of object (IdSchemes). What a payload says wins over the query.
struct IdSchemes: Sendable {
  static let parameters = [
    "idScheme", "dataElementIdScheme", "orgUnitIdScheme", "categoryOptionComboIdScheme",
    "attributeOptionComboIdScheme", "dataSetIdScheme",
  ]

  /// As they were given, by parameter.
  private(set) var given: [String: String] = [:]
  /// For all kinds that have none of their own. ADX names things by code.
  private var standard = IdScheme.uid
  private var special: [String: IdScheme] = [:]

  init(standard: IdScheme = .uid) { self.standard = standard }

  mutating func set(_ parameter: String, _ text: String) throws {
    let scheme = try IdScheme(text)
    given[parameter] = text
    if parameter == "idScheme" { standard = scheme } else { special[parameter] = scheme }
  }

  var dataElement: IdScheme { special["dataElementIdScheme"] ?? standard }
  var orgUnit: IdScheme { special["orgUnitIdScheme"] ?? standard }
  var categoryOptionCombo: IdScheme { special["categoryOptionComboIdScheme"] ?? standard }
  var attributeOptionCombo: IdScheme { special["attributeOptionComboIdScheme"] ?? categoryOptionCombo }
  var dataSet: IdScheme { special["dataSetIdScheme"] ?? standard }
  var areUIDs: Bool { standard == .uid && special.values.allSatisfy { $0 == .uid } }
}
