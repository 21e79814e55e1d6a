public import Essentials

extension CalendarMonth {
  /// The id of the DHIS2 period: `202401`.
  public var dhis2Period: String { description.filter { $0 != "-" } }
}
