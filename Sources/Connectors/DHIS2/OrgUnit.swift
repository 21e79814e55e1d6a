public import Essentials
import JSON

/// An organisation unit.
public struct OrgUnit: Sendable {
  public let id: String
  public let name: String
  public let shortName: String?
  public let code: String?
  public let level: Int
  /// The ids from the root down to the unit itself: `/ImspTQPwCqd/O6uvpzGd5pu`.
  public let path: String
  public let openingDate: CalendarDate?
  public let closedDate: CalendarDate?
  /// When the unit was last changed, in the server's zone: `2026-08-20T02:00:00.000`. Only where it was asked for.
  public let lastUpdated: String?
  /// The names of the units above, from the root down. Only where they were asked for.
  public let ancestorNames: [String]
  /// Who made the unit, by the name of the account. Only where it was asked for.
  public let createdBy: String?
  /// How many translations of its texts there are. Only where they were asked for.
  public let translationCount: Int
  /// The groups that the unit is in. Only where they were asked for.
  public let groups: [String]
  /// The border or the place as the text of a GeoJSON geometry; nil where the unit has none.
  public let geometry: [UInt8]?

  /// The id of the unit at the top of the tree.
  public var root: String { path.split(separator: "/").first.map(String.init) ?? id }

  /// The ids of the path, one after another. Split by bytes, which takes a fraction of the time that characters take.
  public var steps: [Substring] { path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) } }

  /// The id of the unit above, nil at the top.
  public var parent: String? {
    let steps = steps
    return steps.count > 1 ? String(steps[steps.count - 2]) : nil
  }

  /// Whether a release takes values of the unit for a period: the unit has to be open on one of its days, from 2.43 on
  /// the first.
  public func takesValues(
    from first: CalendarDate, to last: CalendarDate, _ capabilities: Capabilities
  ) -> Bool {
    isOpen(from: first, to: capabilities.checksStructure ? first : last)
  }

  /// Whether the unit is open on at least one day of a period.
  public func isOpen(from first: CalendarDate, to last: CalendarDate) -> Bool {
    if let openingDate, last < openingDate { return false }
    if let closedDate, first > closedDate { return false }
    return true
  }

  init(
    id: String, name: String, shortName: String? = nil, code: String? = nil, level: Int, path: String,
    openingDate: CalendarDate? = nil, closedDate: CalendarDate? = nil, geometry: [UInt8]? = nil
  ) {
    self.id = id
    self.name = name
    self.shortName = shortName
    self.code = code
    self.level = level
    self.path = path
    self.openingDate = openingDate
    self.closedDate = closedDate
    self.geometry = geometry
    lastUpdated = nil
    groups = []
    ancestorNames = []
    createdBy = nil
    translationCount = 0
  }

  /// Reads one element of `organisationUnits`. Geometry is read from `geometry`, and from the `featureType` and
  /// `coordinates` of servers before 2.32.
  init(reading reader: inout JSONReader) throws {
    var texts: [String: String] = [:]
    var level: Int?
    var geometry: [UInt8]?
    var groups: [String] = []
    var parent: String?
    var ancestorNames: [String] = []
    var createdBy: String?
    var translationCount = 0
    try reader.readObject { reader, key in
      switch (key, try reader.peek()) {
      case ("geometry", .object): geometry = try reader.readRawValue()
      case ("level", .number): level = Int(try reader.readDouble())
      case ("organisationUnitGroups", .array):
        groups = (try reader.readValue().array ?? []).compactMap { ($0["id"] ?? $0).string }
      case ("ancestors", .array):
        ancestorNames = (try reader.readValue().array ?? []).compactMap { $0["name"]?.string }
      case ("createdBy", .object):
        let user = try reader.readValue()
        createdBy = (user["username"] ?? user["name"] ?? user["id"])?.string
      case ("translations", .array): translationCount = try reader.readValue().array?.count ?? 0
      case ("parent", .object): parent = try reader.readValue()["id"]?.string
      case (_, .string): texts[key] = try reader.readString()
      default: try reader.skipValue()
      }
    }
    guard let id = texts["id"] else { throw reader.error("expected an org unit with an id") }
    self.id = id
    path = texts["path"] ?? parent.map { "/\($0)/\(id)" } ?? "/\(id)"
    self.level = level ?? path.split(separator: "/").count
    self.geometry = geometry ?? texts["coordinates"].flatMap { Self.geometry(coordinates: $0) }
    self.groups = groups
    self.ancestorNames = ancestorNames
    self.createdBy = createdBy
    self.translationCount = translationCount
    name = texts["name"] ?? texts["displayName"] ?? id
    shortName = texts["shortName"]
    code = texts["code"]
    lastUpdated = texts["lastUpdated"]
    openingDate = texts["openingDate"].flatMap { CalendarDate(String($0.prefix(10))) }
    closedDate = texts["closedDate"].flatMap { CalendarDate(String($0.prefix(10))) }
  }

  /// The geometry of a server before 2.32, which wrote coordinates alone, as a text. How deep they are nested says
  /// what they are: `featureType` says POLYGON of several polygons, too.
  static func geometry(coordinates text: String) -> [UInt8]? {
    let text = text.filter { !$0.isWhitespace }
    guard (try? JSONValue(parsing: text)) != nil else { return nil }
    let type: String
    switch text.prefix(while: { $0 == "[" }).count {
    case 1: type = "Point"
    case 3: type = "Polygon"
    case 4: type = "MultiPolygon"
    default: return nil
    }
    return Array("{\"type\":\"\(type)\",\"coordinates\":\(text)}".utf8)
  }
}
