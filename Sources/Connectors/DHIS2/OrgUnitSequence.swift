import Essentials
import JSON

/// Org units as they are read, page by page: one page is in memory at a time.
///
/// Pages are read in the order of ids, and the distinct ids are counted: units that repeat or go missing between pages
/// end the sequence with a failure.
public struct OrgUnitSequence: AsyncSequence, Sendable {
  public typealias Element = OrgUnit

  let server: DHIS2
  let query: OrgUnitQuery

  public func makeAsyncIterator() -> Iterator {
    Iterator(server: server, query: query, batches: query.ids.chunked(OrgUnitQuery.mostIDs))
  }

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let server: DHIS2
    fileprivate let query: OrgUnitQuery
    /// The ids to ask for, where some are; the first is the one being read.
    fileprivate var batches: [ArraySlice<String>]
    private var page = 1
    private var rows: [OrgUnit] = []
    private var row = 0
    private var isDone = false
    private var hasLookedForGroups = false
    private var seen = UIDSet()
    private var total: Int?

    fileprivate init(server: DHIS2, query: OrgUnitQuery, batches: [ArraySlice<String>]) {
      self.server = server
      self.query = query
      self.batches = batches
    }

    /// The next unit; nil at the end.
    ///
    /// - Throws: ``DHIS2Failure``, `HTTPFailure`, `CancellationError`.
    public mutating func next() async throws -> OrgUnit? {
      while row == rows.count {
        guard !isDone else { return nil }
        try await readPage()
      }
      defer { row += 1 }
      return rows[row]
    }

    private mutating func readPage() async throws {
      // Let go before the next page comes, so that two are never held.
      rows = []
      row = 0
      let operation = "reading \(query.inWords)"
      let items = query.items(ids: batches.first ?? [], page: page)
      if !hasLookedForGroups {
        hasLookedForGroups = true
        try await server.checkGroups(query.groups)
      }
      let read = try await server.orgUnitPage(items, operation: operation)
      let doubled = seen.insert(read.units.map(\.id))
      guard doubled.isEmpty else {
        throw DHIS2Failure(
          .transient,
          "\(operation) at \(server.baseURL): page \(page) repeats \(doubled.count) units of pages before it, \(doubled[0]) among them",
          remedy: "The tree may have changed in the meantime; run again.")
      }
      total = read.total
      // A server that does not filter by groups gives all units, with their groups.
      rows =
        query.groups.isEmpty
        ? read.units
        : read.units.filter { $0.groups.isEmpty || $0.groups.contains(where: query.groups.contains) }
      // Without a count of pages the last one is the one that is not full.
      let isLast = read.pageCount.map { page >= $0 } ?? (read.units.count < query.rows)
      if read.isLast || isLast || read.units.isEmpty {
        try endBatch(operation)
      } else {
        page += 1
      }
    }

    private mutating func endBatch(_ operation: String) throws {
      page = 1
      guard let total, seen.count != total else {
        seen = UIDSet()
        if !batches.isEmpty { batches.removeFirst() }
        isDone = batches.isEmpty
        return
      }
      throw DHIS2Failure(
        .transient,
        "\(operation) at \(server.baseURL): \(total) units were announced and \(seen.count) came",
        remedy: "The tree may have changed in the meantime; run again.")
    }
  }
}

/// One page of `/api/organisationUnits`.
struct OrgUnitPage {
  var units: [OrgUnit] = []
  var total: Int?
  /// Whether the answer has a list of units, be it empty: what has none is no answer of DHIS2.
  private(set) var hasUnits = false
  /// Nil where the pager does not tell.
  var pageCount: Int?
  /// Whether the pager says that this is the last page, or there is no pager.
  var isLast = true

  init(reading reader: inout JSONReader) throws {
    try reader.readObject { reader, key in
      switch key {
      case "pager":
        let pager = try reader.readValue()
        total = pager["total"]?.integer
        // 2.44's pager may leave nextPage out and still have pages: the count decides.
        pageCount = (pager["pageCount"] ?? pager["totalPages"])?.integer
        isLast = pageCount.map { pager["nextPage"] == nil && (pager["page"]?.integer ?? 1) >= $0 } ?? false
      case "organisationUnits":
        hasUnits = true
        try reader.readArray { units.append(try OrgUnit(reading: &$0)) }
      default: try reader.skipValue()
      }
    }
  }
}
