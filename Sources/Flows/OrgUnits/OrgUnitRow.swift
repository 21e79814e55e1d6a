import Connectors
import FlowKit

/// An org unit as the rows of the files have it.
struct OrgUnitRow {
  /// The columns before those of the hierarchy.
  private static let first = ["id", "code", "name", "short_name", "level", "parent_id", "path"]
  /// The columns behind them.
  private static let last = [
    "created_by", "hierarchy_depth", "translation_count", "opening_date", "closed_date", "geometry_type",
    "last_updated",
  ]

  /// The names of the columns; between the unit's own and the rest those of its hierarchy, `level_1_name` and on.
  static func columns(depth: Int) -> [String] {
    first + (1...max(depth, 1)).map { "level_\($0)_name" } + last
  }

  /// One value for each column; null where there is none.
  ///
  /// - Parameter above: the names of what is above the unit, from the top down; nil for what is not there.
  static func values(
    _ unit: OrgUnit, above: [String?], geometryType: String?, depth: Int
  ) -> [JSONValue] {
    func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    let names = above + [unit.name]
    let hierarchy = (0..<max(depth, 1)).map { names.indices.contains($0) ? text(names[$0]) : .null }
    let own: [JSONValue] = [
      .string(unit.id), text(unit.code), .string(unit.name), text(unit.shortName), .integer(unit.level),
      text(unit.parent), .string(unit.path),
    ]
    return own + hierarchy + [
      text(unit.createdBy), .integer(unit.steps.count), .integer(unit.translationCount),
      text(unit.openingDate?.description), text(unit.closedDate?.description), text(geometryType),
      text(unit.lastUpdated),
    ]
  }

  /// A line of CSV (RFC 4180): quotes where a value has commas, quotes or line breaks.
  static func csv(_ values: [JSONValue]) -> String {
    values.map { value in
      switch value {
      case .null: return ""
      case .string(let text):
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
        return
          "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
      default: return value.text()
      }
    }.joined(separator: ",") + "\r\n"
  }
}
