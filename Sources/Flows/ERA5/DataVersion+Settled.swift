import Climate
import FlowKit
import Foundation

extension DataVersion {
  /// Longer ago than this, data that does not tell its version is final: that comes two to three months after.
  private static let surelyFinal: TimeInterval = 120 * 24 * 3600

  /// What the version of data of some month is taken for: where a file does not tell, young data is preliminary.
  func settled(in month: CalendarMonth, at now: Date) -> DataVersion {
    let age = now.timeIntervalSince(month.lastDay.startOfDayUTC)
    return self == .unknown && age < Self.surelyFinal ? .preliminary : self
  }
}
