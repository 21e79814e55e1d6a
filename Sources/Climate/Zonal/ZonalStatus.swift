/// What a value of a zone is, or why there is none.
public enum ZonalStatus: String, Sendable, Hashable, CaseIterable {
  /// The mean over the cells of the zone.
  case ok
  /// No cell of the zone has a value; this one is of the nearest cell that has.
  case nearest
  /// Less of the zone has values than asked for; the value is there all the same.
  case lowCoverage = "low-coverage"
  /// No cell of the zone has a value, nor one near it.
  case noData = "no-data"
  /// The zone does not lie on the grid.
  case outsideGrid = "outside-grid"
  /// The geometry of the zone cannot be used.
  case rejected

  /// Whether there is a value.
  public var hasValue: Bool {
    switch self {
    case .ok, .nearest, .lowCoverage: true
    case .noData, .outsideGrid, .rejected: false
    }
  }

  /// How many there are of each; those of which there are none are left out.
  static func counts(_ statuses: Slice<UnsafeBufferPointer<ZonalStatus>>) -> [ZonalStatus: Int] {
    allCases.reduce(into: [:]) { counts, status in
      let count = statuses.count { $0 == status }
      if count > 0 { counts[status] = count }
    }
  }
}

/// The value of a zone at a time, with what is needed to judge it.
public struct ZonalValue: Sendable, Equatable {
  /// In the unit of the field; nil where there is none.
  public let value: Double?
  public let status: ZonalStatus
  /// The share of the zone's weight on the grid whose cells have values: 0...1.
  public let validFraction: Double
  /// The share of the zone's area that lies on the grid: 0...1.
  public let inGridFraction: Double

  public init(value: Double?, status: ZonalStatus, validFraction: Double, inGridFraction: Double) {
    self.value = value
    self.status = status
    self.validFraction = validFraction
    self.inGridFraction = inGridFraction
  }
}

/// How values of zones are made.
public struct ZonalOptions: Sendable, Hashable {
  /// How far from its representative point a zone without values may take one, in degrees of a great circle; 0 is
  /// not at all.
  public var nearest: Double
  /// The least share of a zone that must have values; below, the status is low-coverage.
  public var minimumValidFraction: Double
  /// How many threads work; values do not depend on it, to the last bit. Nil is all processors.
  public var threads: Int?

  public init(nearest: Double = 0.3, minimumValidFraction: Double = 0, threads: Int? = nil) {
    self.nearest = nearest
    self.minimumValidFraction = minimumValidFraction
    self.threads = threads
  }
}
