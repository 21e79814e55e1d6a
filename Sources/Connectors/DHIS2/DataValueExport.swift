import Essentials
import JSON

/// Which values of a data set to read.
public struct DataValueQuery: Sendable, Hashable {
  public var dataSet: String
  /// As DHIS2 writes them, `202401`.
  public var periods: [String]
  public var orgUnits: [String]
  /// Whether values of the units below come, too.
  public var below: Bool

  public init(dataSet: String, periods: [String], orgUnits: [String], below: Bool = true) {
    self.dataSet = dataSet
    self.periods = periods
    self.orgUnits = orgUnits
    self.below = below
  }
}

/// Data values as they are read: those of one period and up to 200 units in memory at a time, by period, org unit and
/// data element within that.
public struct DataValueSequence: AsyncSequence, Sendable {
  public typealias Element = DataValue

  let server: DHIS2
  let query: DataValueQuery

  public func makeAsyncIterator() -> Iterator {
    let units = query.orgUnits.chunked(200).map(Array.init)
    return Iterator(
      server: server, query: query, requests: query.periods.flatMap { period in units.map { (period, $0) } })
  }

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let server: DHIS2
    fileprivate let query: DataValueQuery
    fileprivate var requests: [(period: String, units: [String])]
    private var request = 0
    private var values: [DataValue] = []
    private var position = 0

    fileprivate init(server: DHIS2, query: DataValueQuery, requests: [(period: String, units: [String])]) {
      self.server = server
      self.query = query
      self.requests = requests
    }

    /// The next value; nil at the end.
    ///
    /// - Throws: ``DHIS2Failure``, `HTTPFailure`, `CancellationError`.
    public mutating func next() async throws -> DataValue? {
      while position == values.count {
        guard request < requests.count else { return nil }
        let (period, units) = requests[request]
        request += 1
        position = 0
        values = []
        values = try await server.values(query.dataSet, period, units, below: query.below)
      }
      defer { position += 1 }
      return values[position]
    }
  }
}

extension DHIS2 {
  /// The values of a data set as an asynchronous sequence, whatever their category option combinations.
  public func values(_ query: DataValueQuery) -> DataValueSequence {
    DataValueSequence(server: self, query: query)
  }

  fileprivate func values(
    _ dataSet: String, _ period: String, _ units: [String], below: Bool
  ) async throws -> [DataValue] {
    var query = [("dataSet", dataSet), ("period", period)]
    if below { query.append(("children", "true")) }
    query += units.map { ("orgUnit", $0) }
    let combo = try await defaultCombo().optionCombo
    let answer = try await read(
      "dataValueSets.json", query, operation: "reading the values of data set \(dataSet)"
    ) { try DataValueSet(reading: &$0) }
    return answer.values(defaultCombo: combo).sorted { $0.key < $1.key }
  }
}

/// Writes data values to a file for other programs, piece by piece: however many there are, little is in memory.
public enum DataValueExport {
  /// Writes CSV that every release of DHIS2 imports: the names of 2.43 in the order of columns of 2.42.
  ///
  /// - Returns: how many values were written. The writer is not finished, so that the caller decides.
  @discardableResult
  public static func csv<Values: AsyncSequence>(
    _ values: Values, to writer: LocationWriter
  ) async throws -> Int where Values.Element == DataValue {
    var bytes = Array(DataValueCSV.header.utf8)
    var count = 0
    for try await value in values {
      DataValueCSV.append(value, to: &bytes)
      count += 1
      if bytes.count >= 64 << 10 {
        try await writer.write(bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try await writer.write(bytes)
    return count
  }

  /// Writes ADX. Values that follow one another in the same period and unit become one group. Objects are named by
  /// their ids, so an import has to say `idScheme=UID`.
  ///
  /// - Returns: how many values were written. The writer is not finished, so that the caller decides.
  /// - Throws: `Rejection` for what is no period of the calendar.
  @discardableResult
  public static func adx<Values: AsyncSequence>(
    _ values: Values, dataSet: String, calendar: LocalCalendar = .gregorian, to writer: LocationWriter
  ) async throws -> Int where Values.Element == DataValue {
    let document = try ADXWriter()
    var periods: [String: DHIS2Period] = [:]
    var count = 0
    for try await value in values {
      let id = value.key.period
      guard let period = periods[id] ?? DHIS2Period(id: id, calendar: calendar) else {
        throw Rejection(
          "writing ADX of data set \(dataSet): \"\(id)\" is no period of the \(calendar.rawValue) calendar")
      }
      periods[id] = period
      document.write(value, dataSet: dataSet, period: period)
      count += 1
      if count % 500 == 0 { try await writer.write(document.take()) }
    }
    document.finish()
    try await writer.write(document.take())
    return count
  }
}
