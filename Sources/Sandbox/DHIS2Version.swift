/// The DHIS2 release that the sandbox plays.
// The names are those of the releases.
// swift-format-ignore: AlwaysUseLowerCamelCase
public enum DHIS2Version: String, Sendable, CaseIterable, Comparable {
  case v2_40 = "2.40"
  case v2_41 = "2.41"
  case v2_42 = "2.42"
  case v2_43 = "2.43"
  /// The next release as it is being made.
  case v2_44 = "2.44-SNAPSHOT"

  /// What `/api/system/info` says, patch number included.
  public var full: String {
    switch self {
    case .v2_40: "2.40.9"
    case .v2_41: "2.41.10"
    case .v2_42: "2.42.6"
    case .v2_43: "2.43.2"
    case .v2_44: "2.44-SNAPSHOT"
    }
  }

  /// The number behind the dot.
  package var minor: Int {
    switch self {
    case .v2_40: 40
    case .v2_41: 41
    case .v2_42: 42
    case .v2_43: 43
    case .v2_44: 44
    }
  }

  public static func < (left: DHIS2Version, right: DHIS2Version) -> Bool { left.minor < right.minor }
}
