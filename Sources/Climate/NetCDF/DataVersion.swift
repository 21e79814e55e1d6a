/// Whether a value of ERA5 is final or may still be replaced (`expver`).
public enum DataVersion: String, Sendable, Hashable, CaseIterable {
  /// expver 0001: as it stays.
  case final
  /// expver 0005: ERA5T, replaced two to three months later.
  case preliminary
  /// The file does not say, as in daily statistics.
  case unknown

  package init(expver: String) {
    switch Int(expver.filter { $0 != " " }) {
    case 1: self = .final
    case 5: self = .preliminary
    default: self = .unknown
    }
  }

  /// What stands for a version in files that number them; empty for what is no number.
  static func text(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "" }

  /// The version of something made from values of two versions: the less certain one.
  public func combined(with other: DataVersion) -> DataVersion {
    if self == .preliminary || other == .preliminary { return .preliminary }
    return self == .unknown || other == .unknown ? .unknown : .final
  }
}
