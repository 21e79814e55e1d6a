internal import JSON

/// The part of the Earth that a request asks for, and the points that come back.
struct CDSArea: Sendable, Hashable {
  let latitudes: [Double]
  let longitudes: [Double]

  /// The whole Earth: 90 to -90 and 0 to 359.9.
  static let globe = CDSArea(
    latitudes: (0...1800).map { Double(900 - $0) / 10 }, longitudes: (0..<3600).map { Double($0) / 10 })

  private init(latitudes: [Double], longitudes: [Double]) {
    self.latitudes = latitudes
    self.longitudes = longitudes
  }

  /// Reads `[north, west, south, east]`.
  ///
  /// Corners that do not lie on the 0.1 degree lattice are taken as they are: the points start at the south-west
  /// corner, and the last row and column may stop short of the north and the east, as the service's do.
  init(json: JSONValue) throws {
    func refuse(_ problem: String) -> CDSProblem { .invalid("Input area is invalid: \(problem)") }
    guard let elements = json.array, elements.count == 4 else {
      throw refuse("expected a list of 4 numbers [north, west, south, east], found \(json)")
    }
    let numbers = try elements.map { element -> Double in
      guard let number = element.double ?? element.string.flatMap(Double.init), number.isFinite else {
        throw refuse("\(element) is not a number")
      }
      return number
    }
    let (north, west, south) = (numbers[0], numbers[1], numbers[2])
    guard (-90...90).contains(north), (-90...90).contains(south) else {
      throw refuse("latitudes must be in -90..90")
    }
    guard (-360...360).contains(west), (-360...360).contains(numbers[3]) else {
      throw refuse("longitudes must be in -360..360")
    }
    guard north >= south else { throw refuse("north \(north) is less than south \(south)") }
    // From west eastward: an eastern edge that is not east of the western one lies once around.
    let east = numbers[3] <= west ? numbers[3] + 360 : numbers[3]
    func steps(_ from: Double, _ to: Double) -> Int { Int(((to - from) * 10 + 1e-6).rounded(.down)) }
    func point(_ start: Double, _ index: Int) -> Double {
      (start * 1000 + Double(index) * 100).rounded() / 1000
    }
    latitudes = (0...steps(south, north)).reversed().map { point(south, $0) }
    longitudes = (0...min(3599, steps(west, east))).map { point(west, $0) }
  }
}
