public import Essentials
import JSON

/// An organisation unit.
public struct OrgUnit: Sendable {
  public let id: String
  public let name: String
  public let code: String?
  public let level: Int
  /// The ids from the root down to the unit itself: `/ImspTQPwCqd/O6uvpzGd5pu`.
  public let path: String
  public let openingDate: CalendarDate?
  public let closedDate: CalendarDate?
  /// The border or the place as the text of a GeoJSON geometry; nil where the unit has none.
  public let geometry: [UInt8]?

  /// The id of the unit at the top of the tree.
  public var root: String { path.split(separator: "/").first.map(String.init) ?? id }

  /// Reads one element of `organisationUnits`.
  init(reading reader: inout JSONReader) throws {
    var texts: [String: String] = [:]
    var level = 0
    var geometry: [UInt8]?
    try reader.readObject { reader, key in
      switch (key, try reader.peek()) {
      case ("geometry", .object): geometry = try reader.readRawValue()
      case ("level", .number): level = Int(try reader.readDouble())
      case (_, .string): texts[key] = try reader.readString()
      default: try reader.skipValue()
      }
    }
    guard let id = texts["id"] else { throw reader.error("expected an org unit with an id") }
    self.id = id
    self.level = level
    self.geometry = geometry
    name = texts["name"] ?? id
    code = texts["code"]
    path = texts["path"] ?? "/\(id)"
    openingDate = texts["openingDate"].flatMap { CalendarDate(String($0.prefix(10))) }
    closedDate = texts["closedDate"].flatMap { CalendarDate(String($0.prefix(10))) }
  }
}
