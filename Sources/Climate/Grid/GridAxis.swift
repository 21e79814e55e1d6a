/// The cells along one direction of a grid, from their centres.
package struct GridAxis: Sendable, Hashable {
  /// The centres in degrees, in the order of the file.
  package let centres: [Double]
  /// The edges in degrees, ascending, one more than centres: midpoints, and half a spacing outside the outermost.
  package let edges: [Double]
  /// Whether the file counts from the greatest centre down, as latitudes mostly do.
  package let descends: Bool

  package var count: Int { centres.count }
  package var lower: Double { edges[0] }
  package var upper: Double { edges[edges.count - 1] }
  /// The mean spacing of the centres.
  package var spacing: Double { (upper - lower) / Double(count) }

  /// The least and the greatest distance of neighbouring centres; nil where there is but one centre.
  package var gaps: ClosedRange<Double>? {
    let gaps = zip(centres.dropFirst(), centres).map { abs($0 - $1) }
    guard let narrowest = gaps.min(), let widest = gaps.max() else { return nil }
    return narrowest...widest
  }

  /// - Parameters:
  ///   - spacing: that of a lone centre, which has no neighbour to tell it.
  ///   - limits: edges beyond are moved onto these.
  package init(
    _ centres: [Double], name: String, spacing: Double = 0.1, limits: ClosedRange<Double>? = nil
  ) throws {
    guard let first = centres.first, let last = centres.last, centres.allSatisfy(\.isFinite) else {
      throw ClimateFailure("the \(name)s of the grid are missing or not finite")
    }
    descends = last < first
    let ascending = descends ? Array(centres.reversed()) : centres
    let gaps = zip(ascending.dropFirst(), ascending).map { $0 - $1 }
    guard gaps.allSatisfy({ $0 > 0 }) else {
      throw ClimateFailure("the \(name)s of the grid neither rise nor fall all the way")
    }
    var edges = [ascending[0] - (gaps.first ?? spacing) / 2]
    edges += zip(ascending.dropFirst(), ascending).map { ($0 + $1) / 2 }
    edges.append(ascending[ascending.count - 1] + (gaps.last ?? spacing) / 2)
    if let limits { edges = edges.map { min(max($0, limits.lowerBound), limits.upperBound) } }
    self.centres = centres
    self.edges = edges
  }

  /// The position in the file of the cell with the given ascending position.
  package func index(ofAscending position: Int) -> Int { descends ? count - 1 - position : position }

  /// The ascending position of the cell that holds a coordinate, the outermost one for what lies outside.
  package func locate(_ coordinate: Double) -> Int {
    edges.withUnsafeBufferPointer { Self.locate(coordinate, in: $0, perDegree: 1 / spacing) }
  }

  /// A guess from the mean spacing, then steps to the cell whose lower edge is at or below the coordinate.
  @inline(__always)
  static func locate(_ coordinate: Double, in edges: UnsafeBufferPointer<Double>, perDegree: Double) -> Int {
    let last = edges.count - 2
    let guess = (coordinate - edges[0]) * perDegree
    var position = guess <= 0 ? 0 : guess >= Double(last) ? last : Int(guess)
    while position > 0, coordinate < edges[position] { position -= 1 }
    while position < last, coordinate >= edges[position + 1] { position += 1 }
    return position
  }
}
