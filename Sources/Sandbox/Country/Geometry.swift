internal import JSON

/// A place, in degrees.
public struct SandboxPoint: Sendable, Hashable {
  public var longitude: Double
  public var latitude: Double

  public init(_ longitude: Double, _ latitude: Double) {
    self.longitude = longitude
    self.latitude = latitude
  }
}

/// A border or a place, as GeoJSON has it: rings are closed.
public enum SandboxGeometry: Sendable, Hashable {
  case point(SandboxPoint)
  case polygon([[SandboxPoint]])
  case multiPolygon([[[SandboxPoint]]])

  /// The polygons; none for a point.
  var polygons: [[[SandboxPoint]]] {
    switch self {
    case .point: []
    case .polygon(let rings): [rings]
    case .multiPolygon(let polygons): polygons
    }
  }

  /// One polygon plainly, several together.
  static func area(_ polygons: [[[SandboxPoint]]]) -> SandboxGeometry {
    polygons.count == 1 ? .polygon(polygons[0]) : .multiPolygon(polygons)
  }

  var json: JSONValue {
    func position(_ point: SandboxPoint) -> JSONValue { [.number(point.longitude), .number(point.latitude)] }
    func rings(_ polygon: [[SandboxPoint]]) -> JSONValue { .array(polygon.map { .array($0.map(position)) }) }
    return switch self {
    case .point(let point): ["type": "Point", "coordinates": position(point)]
    case .polygon(let polygon): ["type": "Polygon", "coordinates": rings(polygon)]
    case .multiPolygon(let polygons): ["type": "MultiPolygon", "coordinates": .array(polygons.map(rings))]
    }
  }

  /// Nil for what is neither a point nor a polygon.
  init?(json: JSONValue) {
    func position(_ value: JSONValue) -> SandboxPoint? {
      guard let longitude = value[0]?.double, let latitude = value[1]?.double else { return nil }
      return SandboxPoint(longitude, latitude)
    }
    func rings(_ value: JSONValue) -> [[SandboxPoint]] {
      (value.array ?? []).map { ($0.array ?? []).compactMap(position) }
    }
    guard let type = json["type"]?.string, let coordinates = json["coordinates"] else { return nil }
    switch type {
    case "Point":
      guard let point = position(coordinates) else { return nil }
      self = .point(point)
    case "Polygon": self = .polygon(rings(coordinates))
    case "MultiPolygon": self = .multiPolygon((coordinates.array ?? []).map(rings))
    default: return nil
    }
  }
}

/// Where land is: polygons by their bounding boxes.
struct LandMask: Sendable {
  private struct Part: Sendable {
    let rings: [[SandboxPoint]]
    let west: Double
    let south: Double
    let east: Double
    let north: Double
  }

  private let parts: [Part]

  init(_ polygons: [[[SandboxPoint]]]) {
    parts = polygons.compactMap { rings in
      guard let shell = rings.first, let first = shell.first else { return nil }
      var (west, south, east, north) = (first.longitude, first.latitude, first.longitude, first.latitude)
      for point in shell {
        west = min(west, point.longitude)
        east = max(east, point.longitude)
        south = min(south, point.latitude)
        north = max(north, point.latitude)
      }
      return Part(rings: rings, west: west, south: south, east: east, north: north)
    }
  }

  /// Even-odd over all rings of a polygon.
  func contains(_ point: SandboxPoint) -> Bool {
    parts.contains { part in
      guard point.longitude >= part.west, point.longitude <= part.east, point.latitude >= part.south,
        point.latitude <= part.north
      else { return false }
      var inside = false
      for ring in part.rings {
        for (a, b) in zip(ring, ring.dropFirst())
        where (a.latitude > point.latitude) != (b.latitude > point.latitude) {
          let share = (point.latitude - a.latitude) / (b.latitude - a.latitude)
          if point.longitude < a.longitude + share * (b.longitude - a.longitude) { inside.toggle() }
        }
      }
      return inside
    }
  }

  /// Which of some places on one parallel are land; the longitudes must ascend.
  func row(latitude: Double, longitudes: [Double]) -> [Bool] {
    var land = [Bool](repeating: false, count: longitudes.count)
    for part in parts where latitude >= part.south && latitude <= part.north {
      var crossings: [Double] = []
      for ring in part.rings {
        ring.withUnsafeBufferPointer { ring in
          var index = 1
          while index < ring.count {
            let (a, b) = (ring[index - 1], ring[index])
            if (a.latitude > latitude) != (b.latitude > latitude) {
              let share = (latitude - a.latitude) / (b.latitude - a.latitude)
              crossings.append(a.longitude + share * (b.longitude - a.longitude))
            }
            index += 1
          }
        }
      }
      crossings.sort()
      var passed = 0
      for (column, longitude) in longitudes.enumerated() {
        while passed < crossings.count, crossings[passed] <= longitude { passed += 1 }
        if passed % 2 == 1 { land[column] = true }
      }
    }
    return land
  }

  /// North, west, south and east of all land; nil where there is none.
  var bounds: (north: Double, west: Double, south: Double, east: Double)? {
    guard let north = parts.map(\.north).max(), let west = parts.map(\.west).min(),
      let south = parts.map(\.south).min(), let east = parts.map(\.east).max()
    else { return nil }
    return (north, west, south, east)
  }
}
