/// An area or a point that wants values of its own: an organisation unit and its geometry.
public struct Zone: Sendable {
  public let id: String
  public let shape: Shape

  public init(id: String, shape: Shape) {
    self.id = id
    self.shape = shape
  }
}

/// What lies behind a GeoJSON geometry, as far as statistics over a grid go.
public enum Shape: Sendable, Equatable {
  case area(Area)
  case point(Point)
  /// A geometry that cannot be used, and why.
  case refused(String)
}

/// A place in degrees east and north.
public struct Point: Sendable, Hashable {
  public let longitude: Double
  public let latitude: Double

  public init(longitude: Double, latitude: Double) {
    self.longitude = longitude
    self.latitude = latitude
  }
}

/// Polygons in degrees east and north, with straight edges between their vertices.
///
/// Inside is, for each part, what an odd number of its rings enclose; an area is the union of its parts.
public struct Area: Sendable, Hashable {
  /// Longitude and latitude by turns, ring after ring.
  package var coordinates: [Double] = []
  /// Where each ring ends, in vertices.
  package var ringEnds: [Int] = []
  /// Where each part ends, in rings.
  package var partEnds: [Int] = []

  package init() {}

  /// - Parameter parts: parts, of rings, of vertices.
  public init(parts: [[[Point]]]) {
    for part in parts {
      for ring in part {
        for vertex in ring {
          coordinates.append(vertex.longitude)
          coordinates.append(vertex.latitude)
        }
        ringEnds.append(coordinates.count / 2)
      }
      partEnds.append(ringEnds.count)
    }
  }

  package var vertexCount: Int { coordinates.count / 2 }

  /// The vertices of a ring.
  package func vertices(ofRing ring: Int) -> Range<Int> {
    (ring == 0 ? 0 : ringEnds[ring - 1])..<ringEnds[ring]
  }

  /// The rings of a part.
  package func rings(ofPart part: Int) -> Range<Int> { (part == 0 ? 0 : partEnds[part - 1])..<partEnds[part] }

  /// The vertices of a part.
  package func vertices(ofPart part: Int) -> Range<Int> {
    let rings = rings(ofPart: part)
    guard let first = rings.first else { return 0..<0 }
    return vertices(ofRing: first).lowerBound..<ringEnds[rings.upperBound - 1]
  }
}

/// A range of longitudes and latitudes, in degrees; longitudes as they are written, perhaps beyond 180.
public struct BoundingBox: Sendable, Hashable {
  public let west: Double
  public let south: Double
  public let east: Double
  public let north: Double

  public init(west: Double, south: Double, east: Double, north: Double) {
    self.west = west
    self.south = south
    self.east = east
    self.north = north
  }
}

extension Area {
  /// The box around some of the vertices; nil without vertices.
  package func box(of vertices: Range<Int>) -> BoundingBox? {
    guard !vertices.isEmpty else { return nil }
    return coordinates.withUnsafeBufferPointer { coordinates in
      var west = Double.infinity
      var east = -Double.infinity
      var south = Double.infinity
      var north = -Double.infinity
      for vertex in vertices {
        let x = coordinates[2 * vertex]
        let y = coordinates[2 * vertex + 1]
        west = min(west, x)
        east = max(east, x)
        south = min(south, y)
        north = max(north, y)
      }
      return BoundingBox(west: west, south: south, east: east, north: north)
    }
  }
}

extension Shape {
  /// The boxes of the parts, of which an area over the antimeridian has one on each side.
  package var boxes: [BoundingBox] {
    switch self {
    case .area(let area): area.partEnds.indices.compactMap { area.box(of: area.vertices(ofPart: $0)) }
    case .point(let point):
      [
        BoundingBox(
          west: point.longitude, south: point.latitude, east: point.longitude, north: point.latitude)
      ]
    case .refused: []
    }
  }
}
