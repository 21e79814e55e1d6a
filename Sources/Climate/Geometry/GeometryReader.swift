public import JSON

/// Reads one GeoJSON geometry (RFC 7946) from front to back, its coordinates straight into one array.
struct GeometryReader {
  /// What `coordinates` holds, whatever the type turns out to be: it may stand before or behind it.
  private var area = Area()
  private var problem: String?

  /// The types of geometries that GeoJSON has.
  static let types: Set = [
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
  ]

  /// Reads a geometry, or null.
  static func read(_ reader: inout JSONReader) throws -> Shape { try readMember(&reader).shape }

  /// Also says whether it is a polygon of which something is there and cannot be read: as a part of something larger it
  /// must not go missing.
  private static func readMember(_ reader: inout JSONReader) throws -> (shape: Shape, isBroken: Bool) {
    switch try reader.peek() {
    case .object: break
    case .null:
      try reader.readNull()
      return (.refused("it has no geometry"), false)
    default:
      try reader.skipValue()
      return (.refused("its geometry is no object"), true)
    }
    var type: String?
    var depth: Int?
    var geometry = GeometryReader()
    var members: [(shape: Shape, isBroken: Bool)] = []
    try reader.readObject { reader, key in
      switch (key, try reader.peek()) {
      case ("type", .string): type = try reader.readString()
      case ("coordinates", .array): depth = try geometry.readNested(&reader)
      case ("geometries", .array): try reader.readArray { members.append(try readMember(&$0)) }
      default: try reader.skipValue()
      }
    }
    guard let type else { return (.refused("its geometry has no type"), true) }
    if type == "GeometryCollection" { return collected(members) }
    let shape = geometry.shape(type: type, depth: depth)
    guard case .refused = shape, type == "Polygon" || type == "MultiPolygon" else { return (shape, false) }
    return (shape, geometry.problem != nil || !geometry.area.coordinates.isEmpty)
  }

  private func shape(type: String, depth: Int?) -> Shape {
    let expected: Int
    switch type {
    case "Point": expected = 1
    case "Polygon": expected = 3
    case "MultiPolygon": expected = 4
    case "LineString", "MultiLineString", "MultiPoint":
      return .refused(
        "a \(type) has no area; Polygon, MultiPolygon, GeometryCollection of these, and Point are supported")
    default: return .refused("its geometry type \(type) is unknown")
    }
    guard let depth else { return .refused("its \(type) has no coordinates") }
    if let problem { return .refused("its \(type) \(problem)") }
    if area.coordinates.isEmpty { return .refused("its \(type) is empty") }
    guard depth == expected else {
      return .refused("its \(type) has coordinates nested \(depth) deep instead of \(expected)")
    }
    if type == "Point" { return .point(Point(longitude: area.coordinates[0], latitude: area.coordinates[1])) }
    var area = area
    if type == "Polygon" { area.partEnds = [area.ringEnds.count] }
    return .area(area)
  }

  /// The polygons of a collection are parts of one area; what has no area adds nothing to them. A collection of one
  /// point is that point.
  private static func collected(
    _ members: [(shape: Shape, isBroken: Bool)]
  ) -> (shape: Shape, isBroken: Bool) {
    var area = Area()
    var points: [Point] = []
    var reasons: [String] = []
    for member in members {
      switch member.shape {
      case .area(let part): area.append(part)
      case .point(let point): points.append(point)
      case .refused(let reason):
        if member.isBroken {
          return (.refused("of its GeometryCollection a member cannot be used: \(reason)"), true)
        }
        reasons.append(reason)
      }
    }
    if !area.partEnds.isEmpty { return (.area(area), false) }
    if points.count == 1 { return (.point(points[0]), false) }
    return (
      .refused("its GeometryCollection has no polygon" + (reasons.first.map { ": \($0)" } ?? "")), false
    )
  }

  /// Reads coordinates of any depth and gives the depth: 1 is a position, 2 a line or ring, 3 a polygon.
  private mutating func readNested(_ reader: inout JSONReader) throws -> Int {
    var deepest = 0
    var filled: Int?
    var numbers = 0
    try reader.readArray { reader in
      switch try reader.peek() {
      case .number:
        let number = try reader.readDouble()
        // Heights and measures stand behind longitude and latitude.
        if numbers < 2 { area.coordinates.append(number) }
        if numbers < 2, !(abs(number) <= (numbers == 0 ? 720 : 90)) {
          problem =
            problem ?? "has the \(numbers == 0 ? "longitude" : "latitude") \(number), which is not on Earth"
        }
        numbers += 1
      case .array:
        let before = area.coordinates.count
        let depth = try readNested(&reader)
        // Empty arrays may stand for anything.
        if area.coordinates.count > before {
          if let filled, filled != depth { problem = problem ?? "has coordinates that are nested unevenly" }
          filled = depth
        }
        deepest = max(deepest, depth)
      default:
        problem = problem ?? "has coordinates that are no numbers"
        try reader.skipValue()
      }
    }
    if numbers > 0 {
      if numbers == 1 || deepest > 0 {
        problem = problem ?? "has a position that is not a longitude and a latitude"
      }
      if numbers == 1 { area.coordinates.append(0) }
      return 1
    }
    switch deepest {
    case 1: area.ringEnds.append(area.vertexCount)
    case 2: area.partEnds.append(area.ringEnds.count)
    default: break
    }
    return deepest + 1
  }
}

extension Area {
  mutating func append(_ other: Area) {
    let vertices = vertexCount
    let rings = ringEnds.count
    coordinates += other.coordinates
    ringEnds += other.ringEnds.map { $0 + vertices }
    partEnds += other.partEnds.map { $0 + rings }
  }
}

extension Shape {
  /// The shape of a GeoJSON geometry as DHIS2 gives it in an organisation unit; `null` and what is no geometry are
  /// refused with the reason.
  public init(geoJSON: JSONValue) {
    do {
      self = try JSONReader.read(geoJSON.bytes()) { try GeometryReader.read(&$0) }
    } catch {
      self = .refused("its geometry cannot be read: \(error)")
    }
  }

  /// The shape of a GeoJSON geometry as UTF-8 text.
  ///
  /// - Throws: `JSONSyntaxError` where it is no JSON.
  public init(geoJSON bytes: [UInt8]) throws {
    self = try JSONReader.read(bytes) { try GeometryReader.read(&$0) }
  }
}

extension Zone {
  /// An organisation unit with its geometry as GeoJSON; nil is refused as missing.
  public init(id: String, geoJSON: JSONValue?) {
    self.init(id: id, shape: Shape(geoJSON: geoJSON ?? .null))
  }
}
