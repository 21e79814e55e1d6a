import Essentials
import JSON

extension DHIS2 {
  /// All org units of a level, by id, with their geometry.
  ///
  /// Pages are read in the order of ids and the distinct ids counted: rows that repeat or go missing between pages
  /// are an error and no smaller result.
  public func orgUnits(level: Int, pageSize: Int = 200) async throws -> [OrgUnit] {
    let operation = "reading the org units of level \(level)"
    var units: [OrgUnit] = []
    var page = 1
    while true {
      let body = try await get(
        "organisationUnits",
        [
          ("fields", "id,code,name,level,path,openingDate,closedDate,geometry"),
          ("filter", "level:eq:\(level)"),
          ("order", "id:asc"), ("translate", "false"), ("page", "\(page)"), ("pageSize", "\(pageSize)"),
        ], operation: operation)
      let read: OrgUnitPage
      do { read = try JSONReader.read(body) { try OrgUnitPage(reading: &$0) } } catch {
        throw DHIS2Failure(.transient, "\(operation) at \(baseURL): the answer is \(error)")
      }
      units.append(contentsOf: read.units)
      guard !read.isLast, !read.units.isEmpty, page < read.pageCount else {
        try check(units, total: read.total, operation)
        return units
      }
      page += 1
    }
  }

  private func check(_ units: [OrgUnit], total: Int?, _ operation: String) throws {
    let distinct = Set(units.map(\.id)).count
    guard distinct == units.count, total == nil || total == distinct else {
      throw DHIS2Failure(
        .transient,
        "\(operation) at \(baseURL): \(total ?? distinct) units were announced, \(units.count) came, \(distinct) of them distinct",
        remedy: "The tree may have changed in the meantime; run again.")
    }
  }
}

/// One page of `/api/organisationUnits`.
private struct OrgUnitPage {
  var units: [OrgUnit] = []
  var total: Int?
  var pageCount = 1
  /// Whether the pager names no next page.
  var isLast = true

  init(reading reader: inout JSONReader) throws {
    try reader.readObject { reader, key in
      switch key {
      case "pager":
        let pager = try reader.readValue()
        total = pager["total"]?.integer
        pageCount = pager["pageCount"]?.integer ?? 1
        // 2.44's pager may leave nextPage out and still have pages: the count decides.
        isLast = pager["nextPage"] == nil && (pager["page"]?.integer ?? 1) >= pageCount
      case "organisationUnits": try reader.readArray { units.append(try OrgUnit(reading: &$0)) }
      default: try reader.skipValue()
      }
    }
  }
}
