/// Which org units to read, and how much of each.
public struct OrgUnitQuery: Sendable, Hashable {
  /// Of these levels; empty for all.
  public var levels: [Int] = []
  /// With these ids, read at most 200 at a time; empty for all.
  public var ids: [String] = []
  /// In any of these groups; empty for all.
  public var groups: [String] = []
  /// At or below this unit.
  public var below: String?
  /// Changed at this time or later, in the server's zone, `2026-08-20T02:00:00`. Units that were moved or deleted do not
  /// show.
  public var changedSince: String?
  public var withGeometry: Bool
  public var withGroups = false
  /// With who made it, when it was changed, its translations, and the names of the units above.
  public var withDetails = false
  /// How many units come at a time; nil for 1,000 without geometry and 200 with.
  public var pageSize: Int?

  public init(levels: [Int] = [], ids: [String] = [], withGeometry: Bool = false) {
    self.levels = levels
    self.ids = ids
    self.withGeometry = withGeometry
  }

  /// Servers take addresses of about 8 KB.
  static let mostIDs = 200

  var rows: Int { max(1, pageSize ?? (withGeometry ? 200 : 1_000)) }

  /// What is asked for, in words: `the org units of level 2`.
  public var inWords: String {
    var words = ids.isEmpty ? "the org units" : "\(ids.count) org units"
    if levels.count == 1 { words += " of level \(levels[0])" }
    if levels.count > 1 { words += " of the levels \(levels.map(String.init).joined(separator: ", "))" }
    if let below { words += " below \(below)" }
    if groups.count == 1 { words += " in group \(groups[0])" }
    if groups.count > 1 { words += " in \(groups.count) groups" }
    return words
  }

  /// The query of one page.
  func items(ids: ArraySlice<String>, page: Int) -> [(String, String)] {
    var fields = "id,code,name,shortName,level,path,openingDate,closedDate"
    if withGeometry { fields += ",geometry" }
    if withGroups || !groups.isEmpty { fields += ",organisationUnitGroups[id]" }
    if withDetails { fields += ",ancestors[name],createdBy[id,username],translations[property,locale]" }
    if changedSince != nil || withDetails { fields += ",lastUpdated" }
    var items = [("fields", fields)]
    if levels.count == 1 { items.append(("filter", "level:eq:\(levels[0])")) }
    if levels.count > 1 {
      items.append(("filter", "level:in:[\(levels.map(String.init).joined(separator: ","))]"))
    }
    if !ids.isEmpty { items.append(("filter", "id:in:[\(ids.joined(separator: ","))]")) }
    if !groups.isEmpty {
      items.append(("filter", "organisationUnitGroups.id:in:[\(groups.joined(separator: ","))]"))
    }
    if let below { items.append(("filter", "path:like:\(below)")) }
    if let changedSince { items.append(("filter", "lastUpdated:ge:\(changedSince)")) }
    items += [
      ("order", "id:asc"), ("translate", "false"), ("page", "\(page)"),
      ("pageSize", "\(ids.isEmpty ? rows : max(rows, ids.count))"),
    ]
    return items
  }
}
