import Connectors
import Essentials

/// One value for each unit and month, made when it is asked for.
struct MadeUpValues: AsyncSequence {
  let units: Int
  let periods: Int

  struct AsyncIterator: AsyncIteratorProtocol {
    let units: Int
    let periods: Int
    var unit = 0
    var month = 0
    var period = ""

    mutating func next() async -> DataValue? {
      if unit == units {
        unit = 0
        month += 1
      }
      guard month < periods, let first = CalendarMonth(year: 2000, month: 1) else { return nil }
      if unit == 0 { period = first.adding(months: month).dhis2Period }
      defer { unit += 1 }
      let digits = "\(unit)"
      let id = "u" + String(repeating: "0", count: 10 - digits.utf8.count) + digits
      let key = DataValue.Key(
        dataElement: "fClA2Erf6IO", period: period, orgUnit: id)
      return DataValue(key, value: DataValueFormat.text(Double(unit % 4001) / 100, decimals: 4) ?? "0")
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(units: units, periods: periods) }
}
