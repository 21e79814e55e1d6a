/// Why DHIS2 does not take a value: one vocabulary over the codes of both import engines, and over what is found
/// before anything is sent.
public enum ImportReason: String, Sendable, Hashable, CaseIterable {
  case dataSetNotFound, dataSetNotWritable, dataSetNotDetected
  case dataElementNotFound, dataElementNotInDataSet
  case orgUnitNotFound, orgUnitOutsideScope, orgUnitNotAssigned, orgUnitClosed
  case periodUnreadable, periodTypeWrong, periodExpired, periodInFuture, periodNotOpen
  case categoryOptionComboNotFound, categoryOptionComboRequired, categoryOptionComboWrong
  case categoryOptionNotWritable
  case attributeOptionComboNotFound, attributeOptionComboRequired, attributeOptionComboWrong
  case attributeOptionComboNotOpen, attributeOptionComboOrgUnit
  case valueMissing, valueInvalid, optionInvalid, commentInvalid
  /// Zero of a data element for which zero means nothing: DHIS2 up to 2.42 would drop it, and delete what is there.
  case insignificantZero
  case storedByInvalid, approved, duplicate, unreadable, tooLarge, aborted, calendarUnsupported
  case authorityMissing
  /// A code, or a text without one, that this program does not know.
  case other

  /// The reason behind a code of DHIS2 (`ErrorCode.java`); nil where there is none.
  public init(code: String?) {
    switch code {
    case "E7600", "E7603", "E8004", "E8005": self = .dataSetNotFound
    case "E7601", "E7604", "E8010": self = .dataSetNotWritable
    case "E8002", "E8003": self = .dataSetNotDetected
    case "E7610", "E8103": self = .dataElementNotFound
    case "E7611", "E8100": self = .periodUnreadable
    case "E7612", "E8107": self = .orgUnitNotFound
    case "E7613", "E7614", "E8108": self = .categoryOptionComboNotFound
    case "E7615", "E7616", "E8110": self = .attributeOptionComboNotFound
    case "E7617", "E8011": self = .orgUnitOutsideScope
    case "E8012": self = .categoryOptionNotWritable
    case "E7618", "E8120", "E8121": self = .valueMissing
    case "E7619", "E8122": self = .valueInvalid
    case "E7620", "E8124", "E8125": self = .commentInvalid
    case "E7621", "E8123": self = .optionInvalid
    case "E7630": self = .categoryOptionComboRequired
    case "E7631": self = .attributeOptionComboRequired
    case "E7632", "E8021": self = .periodTypeWrong
    case "E7633", "E8020": self = .dataElementNotInDataSet
    case "E7634", "E8024": self = .categoryOptionComboWrong
    case "E7635", "E8023": self = .attributeOptionComboWrong
    case "E7636", "E8022": self = .orgUnitNotAssigned
    case "E7637": self = .storedByInvalid
    case "E7638", "E8032": self = .attributeOptionComboNotOpen
    case "E7639", "E8025": self = .attributeOptionComboOrgUnit
    case "E7640": self = .periodExpired
    case "E7641": self = .periodInFuture
    case "E7643", "E7644", "E8030": self = .periodNotOpen
    case "E7642", "E8033": self = .approved
    case "E8031": self = .orgUnitClosed
    case "E8128": self = .duplicate
    case "E8000": self = .aborted
    case "E7645", "E8008", "E8009": self = .unreadable
    case .some(let code) where code.hasPrefix("E810") || code.hasPrefix("E811"): self = .unreadable
    case "E8126", "E8127": self = .unreadable
    default: self = .other
    }
  }

  /// Whether the whole import is pointless, whatever the rows are.
  var concernsWholeImport: Bool {
    switch self {
    case .dataSetNotFound, .dataSetNotWritable, .dataSetNotDetected, .calendarUnsupported, .authorityMissing:
      true
    default: false
    }
  }

  /// What the reader can do about it.
  public var remedy: String? {
    switch self {
    case .dataSetNotFound, .dataElementNotFound, .orgUnitNotFound, .categoryOptionComboNotFound,
      .attributeOptionComboNotFound:
      "Check the id, and that the object is shared with the user."
    case .dataSetNotWritable:
      "Share the data set with the user, or one of the user's groups, for viewing and entering data."
    case .dataSetNotDetected: "Name the data set of the values."
    case .dataElementNotInDataSet: "Add the data element to the data set."
    case .orgUnitOutsideScope:
      "Give the user an org unit at or above it for data capture, and for data view where the user has units for that; a change can take up to an hour to count."
    case .orgUnitNotAssigned: "Assign the org unit to the data set."
    case .orgUnitClosed: "Correct its opening or closing date in DHIS2, or leave the period out."
    case .periodUnreadable: "Write the period as DHIS2 does: 202401, 2024W5, 20240131."
    case .periodTypeWrong: "Import periods of the data set's period type."
    case .periodExpired:
      "Set the data set's expiry days to 0, or give the user the authority F_EDIT_EXPIRED."
    case .periodInFuture: "Raise the data set's open future periods, or wait until the period is over."
    case .periodNotOpen: "Open the period in the data set: expiry days, open future periods, input periods."
    case .categoryOptionComboRequired, .categoryOptionComboWrong:
      "Name a category option combination of the data element's category combination."
    case .attributeOptionComboRequired, .attributeOptionComboWrong:
      "Name an attribute option combination of the data set's category combination."
    case .valueMissing: "Send no row for a value that is missing."
    case .valueInvalid: "Send a value of the data element's type."
    case .insignificantZero: "Set zeroIsSignificant on the data element."
    case .approved: "Take the approval back, or leave the period out."
    case .duplicate: "Send each value once."
    case .calendarUnsupported: "Ask for the server's calendar, and aggregate by its months."
    case .authorityMissing: "Give the user a role with this authority."
    default: nil
    }
  }
}
