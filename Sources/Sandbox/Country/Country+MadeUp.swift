internal import Glibc
internal import Synchronization

extension Country {
  /// Sluicia, in the Atlantic where there is no land: regions, districts, facilities; two islands that belong to
  /// districts, a reef that no grid knows as land, a district whose border crosses itself, units without a border,
  /// units without a code.
  static func madeUp(size: SandboxCountrySize, seed: UInt64) -> Country {
    func build() -> Country {
      var builder = CountryBuilder(size: size, seed: seed)
      return builder.build()
    }
    guard size == .small else { return build() }
    // Tests start hundreds of sandboxes with the same small country.
    if let known = small.withLock({ $0[seed] }) { return known }
    let country = build()
    small.withLock { $0[seed] = country }
    return country
  }

  /// The small countries that were made so far, by seed.
  private static let small = Mutex<[UInt64: Country]>([:])
}

/// Puts Sluicia together.
private struct CountryBuilder {
  private let plan: Plan
  private let seed: UInt64
  private let mosaic: Mosaic
  private var names: PlaceNames
  private var source: SplitMix64
  private var units: [SandboxOrgUnit] = []

  /// How many units of which level.
  private struct Plan {
    var districts: Int
    var regions: Int
    var total: Int
    var cellSize: Double
    /// Rivers and coasts of large countries are drawn with the same care; only the cells are smaller.
    init(_ size: SandboxCountrySize) {
      switch size {
      case .small: (districts, regions, total, cellSize) = (13, 4, 60, 0.6)
      case .full: (districts, regions, total, cellSize) = (130, 13, 1300, 0.3)
      case .units(let count):
        total = max(60, count)
        districts = max(13, total / 10)
        regions = max(4, districts / 10)
        cellSize = max(0.05, 3.5 / Double(districts).squareRoot())
      }
    }
  }

  init(size: SandboxCountrySize, seed: UInt64) {
    plan = Plan(size)
    self.seed = seed
    mosaic = Mosaic(
      about: plan.districts, centre: SandboxPoint(-15, -5), cellSize: plan.cellSize, seed: seed)
    names = PlaceNames(seed: seed)
    source = SplitMix64(seed: seed, name: "country")
  }

  mutating func build() -> Country {
    let regionOf = partition()
    let regions = regionOf.max().map { $0 + 1 } ?? 0
    let mainland = mosaic.border(of: mosaic.cells)
    let islands = islands(off: mainland, radius: mosaic.cellSize * 0.3, count: 2)
    let reef = self.islands(
      off: mainland + islands.map { [$0.ring] }, radius: min(0.04, mosaic.cellSize * 0.1), count: 1)
    let islandRings = islands.map { [$0.ring] }
    let reefRings = reef.map { [$0.ring] }

    let root = add("Sluicia", level: 1, under: nil, geometry: .area(mainland + islandRings + reefRings))
    let regionUnits = (0..<regions).map { region in
      let own = mosaic.cells.indices.filter { regionOf[$0] == region }
      let offshore = (islands + reef).filter { regionOf[$0.cell] == region }.map { [$0.ring] }
      let border = mosaic.border(of: own.map { mosaic.cells[$0] }) + offshore
      return add(names.next() + " Region", level: 2, under: root, geometry: .area(border))
    }
    let districtUnits = mosaic.cells.indices.map { index in
      let offshore = islands.filter { $0.cell == index }.map { [$0.ring] }
      let border = mosaic.border(of: [mosaic.cells[index]]) + offshore
      return add(names.next(), level: 3, under: regionUnits[regionOf[index]], geometry: .area(border))
    }
    for islet in reef {
      _ = add(
        "Far Reef", level: 3, under: regionUnits[regionOf[islet.cell]], geometry: .polygon([islet.ring]))
    }
    _ = add("Crossways", level: 3, under: regionUnits[0], geometry: .polygon([bowTie()]))
    _ = add("Newly Founded", level: 3, under: regionUnits[regions - 1], geometry: nil)
    addFacilities(to: districtUnits, until: plan.total)
    return Country(name: "Sluicia", units: units, land: LandMask(mainland + islandRings))
  }

  /// Which region each cell belongs to: all grow at once from seeds that lie apart, so each is of one piece.
  private func partition() -> [Int] {
    let cells = mosaic.cells
    let index = Dictionary(uniqueKeysWithValues: cells.enumerated().map { ($1, $0) })
    func distance(_ a: Int, _ b: Int) -> Int {
      abs(cells[a].row - cells[b].row) + abs(cells[a].column - cells[b].column)
    }
    var seeds = [0]
    var nearest = cells.indices.map { distance(0, $0) }
    while seeds.count < plan.regions {
      let farthest = cells.indices.max { nearest[$0] < nearest[$1] } ?? 0
      seeds.append(farthest)
      for cell in cells.indices { nearest[cell] = min(nearest[cell], distance(farthest, cell)) }
    }
    var region = [Int](repeating: -1, count: cells.count)
    for (number, seed) in seeds.enumerated() { region[seed] = number }
    var front = seeds
    while !front.isEmpty {
      var next: [Int] = []
      for cell in front {
        for neighbour in cells[cell].neighbours {
          if let other = index[neighbour], region[other] < 0 {
            region[other] = region[cell]
            next.append(other)
          }
        }
      }
      front = next
    }
    return region
  }

  /// Coasts out at sea, each with the cell that is nearest.
  private mutating func islands(
    off land: [[[SandboxPoint]]], radius: Double, count: Int
  ) -> [(ring: [SandboxPoint], cell: Int)] {
    var found: [(ring: [SandboxPoint], cell: Int)] = []
    let centre = SandboxPoint(-15, -5)
    let coast = land.compactMap(\.first).flatMap { $0 }
    while found.count < count {
      // Outwards from the middle until it is clear of everything, in a direction by lot.
      let angle = source.unit() * 2 * .pi
      let taken = LandMask(land + found.map { [$0.ring] })
      var reach = mosaic.cellSize
      while true {
        let place = SandboxPoint(centre.longitude + reach * cos(angle), centre.latitude + reach * sin(angle))
        let ring = Border(roughness: 0.12, depth: 3).island(around: place, radius: radius, &source)
        let clear = Border(roughness: 0, depth: 1).island(around: place, radius: radius * 1.6, &source)
        let around = LandMask([[clear]])
        if !(clear + ring + [place]).contains(where: { taken.contains($0) }),
          !coast.contains(where: { around.contains($0) })
        {
          found.append((ring, nearestCell(to: place)))
          break
        }
        reach += mosaic.cellSize / 8
      }
    }
    return found
  }

  private func nearestCell(to place: SandboxPoint) -> Int {
    func distance(_ index: Int) -> Double {
      let middle = mosaic.middle(of: mosaic.cells[index])
      return hypot(middle.longitude - place.longitude, middle.latitude - place.latitude)
    }
    return mosaic.cells.indices.min { distance($0) < distance($1) } ?? 0
  }

  private func bowTie() -> [SandboxPoint] {
    let middle = mosaic.middle(of: mosaic.cells[mosaic.cells.count / 2])
    let reach = mosaic.cellSize / 4
    return [(-1.0, -1.0), (1, 1), (1, -1), (-1, 1), (-1, -1)].map { x, y in
      SandboxPoint(middle.longitude + x * reach, middle.latitude + y * reach).rounded
    }
  }

  private mutating func addFacilities(to districts: [SandboxOrgUnit], until total: Int) {
    let kinds = ["Clinic", "Health Post", "Hospital", "Health Centre"]
    let areas = districts.map { $0.geometry.map { LandMask($0.polygons) } }
    var number = 0
    while units.count < total {
      let (district, area) = (districts[number % districts.count], areas[number % districts.count])
      // Two facilities of one name: DHIS2 allows it, and joins by name go wrong.
      let place = number == 1 ? "Twin" : number == 2 ? "Twin" : names.next()
      let kind = number <= 2 ? kinds[0] : kinds[Int(source.next() % 4)]
      // Every eighth is known by name only.
      let geometry = number % 8 == 7 ? nil : area.map { SandboxGeometry.point(location(in: $0)) }
      _ = add("\(place) \(kind)", level: 4, under: district, geometry: geometry, number: number)
      number += 1
    }
  }

  private mutating func location(in land: LandMask) -> SandboxPoint {
    guard let bounds = land.bounds else { return SandboxPoint(-15, -5) }
    while true {
      let point = SandboxPoint(
        bounds.west + source.unit() * (bounds.east - bounds.west),
        bounds.south + source.unit() * (bounds.north - bounds.south)
      ).rounded
      if land.contains(point) { return point }
    }
  }

  private mutating func add(
    _ name: String, level: Int, under parent: SandboxOrgUnit?, geometry: SandboxGeometry?, number: Int = 0
  ) -> SandboxOrgUnit {
    let id = UID.make(seed: seed, name: "orgUnit \(units.count)")
    let unit = SandboxOrgUnit(
      id: id,
      // Every tenth facility has no code, as is usual.
      code: level == 4 && number % 10 == 9 ? nil : "SL_\(1000 + units.count)",
      name: name, shortName: String(name.prefix(50)), level: level, parent: parent?.id,
      path: (parent?.path ?? "") + "/" + id,
      openingDate: level == 4 ? "\(1970 + Int(source.next() % 45))-01-01" : "1970-01-01",
      closedDate: level == 4 && number % 20 == 13 ? "2020-12-31" : nil, geometry: geometry)
    units.append(unit)
    return unit
  }
}
