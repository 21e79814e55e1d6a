import Essentials
public import JSON

/// Aggregated data as `/api/analytics` gives them: rows of texts under headers.
public struct AnalyticsTable: Sendable {
  /// The names of the columns: `dx`, `ou`, `pe`, `value`.
  public let columns: [String]
  public let rows: [[String]]

  /// Reads the answer of `/api/analytics.json`; nil where it has no headers or rows.
  public init?(_ answer: JSONValue) {
    guard let headers = answer["headers"]?.array, let rows = answer["rows"]?.array else { return nil }
    columns = headers.compactMap { $0["name"]?.string }
    self.rows = rows.map { row in
      (row.array ?? []).map { $0.string ?? ($0.isNull ? "" : $0.text()) }
    }
  }

  /// A column's texts, from the top; nil where there is none of that name.
  public func column(_ name: String) -> [String]? {
    columns.firstIndex(of: name).map { place in rows.map { place < $0.count ? $0[place] : "" } }
  }
}

extension DHIS2 {
  /// Reads aggregated data, unrounded. They are as old as the analytics tables: what was imported since is not in them.
  ///
  /// - Parameters:
  ///   - data: data elements or indicators.
  ///   - periods: as DHIS2 writes them, or relative ones, `LAST_12_MONTHS`.
  ///   - orgUnits: ids, `LEVEL-2`, `OU_GROUP-w0gFTTmsUcF`.
  public func analytics(data: [String], periods: [String], orgUnits: [String]) async throws -> AnalyticsTable
  {
    let operation = "reading analytics of \(data.count) data elements"
    let answer = try await value(
      "analytics.json",
      [
        ("dimension", "dx:\(data.joined(separator: ";"))"),
        ("dimension", "pe:\(periods.joined(separator: ";"))"),
        ("dimension", "ou:\(orgUnits.joined(separator: ";"))"), ("skipMeta", "true"),
        ("skipRounding", "true"),
      ], operation: operation)
    guard let table = AnalyticsTable(answer) else {
      throw DHIS2Failure(.transient, "\(operation) at \(baseURL): the answer has no rows")
    }
    return table
  }
}
