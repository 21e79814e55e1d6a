import Connectors
import Essentials

/// One value for each unit and month, made when it is asked for.
struct MadeUpValues: AsyncSequence {
  let units: Int
  let periods: Int
  /// The ids of the units, where they are those of a server; made up without.
  var ids: [String] = []

  struct AsyncIterator: AsyncIteratorProtocol {
    let units: Int
    let periods: Int
    let ids: [String]
    var unit = 0
    var month = 0
    var period = ""

    mutating func next() async -> DataValue? {
      if unit == units {
        unit = 0
        month += 1
      }
      guard month < periods, let first = CalendarMonth(year: 2022, month: 1) else { return nil }
      if unit == 0 { period = first.adding(months: month).dhis2Period }
      defer { unit += 1 }
      let key = DataValue.Key(
        dataElement: "fClA2Erf6IO", period: period, orgUnit: ids.isEmpty ? Self.id(unit) : ids[unit])
      return DataValue(key, value: DataValueFormat.text(Double(unit % 4001) / 100, decimals: 4) ?? "0")
    }

    /// `u0000000042`, written straight into the text: what is measured is the import.
    private static func id(_ unit: Int) -> String {
      String(unsafeUninitializedCapacity: 11) { bytes in
        var rest = unit
        for place in (1..<11).reversed() {
          bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
          rest /= 10
        }
        bytes[0] = UInt8(ascii: "u")
        return 11
      }
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(units: units, periods: periods, ids: ids) }
}
