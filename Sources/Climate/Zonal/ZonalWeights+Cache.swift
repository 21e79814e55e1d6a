public import Essentials
internal import Glibc

/// Weights kept on disk, so that the next run over the same grid and geometries need not work them out.
extension ZonalWeights {
  /// The weights from the folder, where they are; else works them out and keeps them there.
  ///
  /// The name of the file is the hash of the grid's coordinates, of all geometries and of the version of the method, so
  /// that it can never belong to something else. A file that is damaged is made anew. A folder that cannot be used
  /// costs time only: it is a warning, no error.
  public static func cached(
    in folder: String, grid: Grid, zones: [Zone], threads: Int? = nil, log: Log = .silent
  ) -> ZonalWeights {
    let key = key(grid: grid, zones: zones)
    let path = "\(folder)/zonal-weights-\(key).bin"
    let ids = zones.map(\.id)
    if access(path, F_OK) == 0 {
      do {
        let bytes = try FileOutput.read(path)
        if let coverages = CoverageArchive.decode(bytes, key: key, count: zones.count) {
          return ZonalWeights(grid: grid, ids: ids, coverages: coverages)
        }
        log.warning("the kept weights in \(path) are damaged: they are worked out again")
      } catch {
        log.warning("the kept weights cannot be read: \(error)")
      }
    }
    let coverages = coverages(grid: grid, zones: zones, threads: threads)
    do {
      try FileOutput.write(to: path) { try CoverageArchive.encode(coverages, key: key).withUnsafeBytes($0) }
    } catch {
      log.warning("the weights cannot be kept: \(error)")
    }
    return ZonalWeights(grid: grid, ids: ids, coverages: coverages)
  }

  /// The hash of what weights depend on.
  static func key(grid: Grid, zones: [Zone]) -> String {
    var hash = ContentHash()
    hash.add(CoverageArchive.version)
    hash.add(grid.latitudes)
    hash.add(grid.longitudes)
    hash.add(zones.count)
    for zone in zones {
      switch zone.shape {
      case .area(let area):
        hash.add(1)
        hash.add(area.coordinates)
        hash.add(area.ringEnds)
        hash.add(area.partEnds)
      case .point(let point):
        hash.add(2)
        hash.add(point.longitude)
        hash.add(point.latitude)
      case .refused(let reason):
        hash.add(3)
        hash.add(reason)
      }
    }
    return hash.text
  }
}

/// Coverages as bytes: little-endian words of eight bytes, the key first and a hash of everything last.
enum CoverageArchive {
  /// Raised whenever the method or the layout changes.
  static let version = 2

  static func encode(_ coverages: [ZoneCoverage], key: String) -> [UInt8] {
    var words: [UInt64] = []
    func add(text: String) {
      words.append(UInt64(text.utf8.count))
      words += text.utf8.map(UInt64.init)
    }
    add(text: key)
    words.append(UInt64(coverages.count))
    for coverage in coverages {
      words.append(UInt64(coverage.cells.count))
      words += coverage.cells.map { UInt64($0) }
      words += coverage.fractions.map(\.bitPattern)
      words.append(coverage.inGridFraction.bitPattern)
      words.append(coverage.representative == nil ? 0 : 1)
      words.append((coverage.representative?.longitude ?? 0).bitPattern)
      words.append((coverage.representative?.latitude ?? 0).bitPattern)
      words.append(coverage.refusal == nil ? 0 : 1)
      add(text: coverage.refusal ?? "")
    }
    add(text: hash(words))
    return words.withUnsafeBytes { Array($0) }
  }

  /// Nil where the bytes are not whole, or are something else.
  static func decode(_ bytes: [UInt8], key: String, count: Int) -> [ZoneCoverage]? {
    guard bytes.count % 8 == 0 else { return nil }
    let words = bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
    guard words.count > 33, words[words.count - 33] == 32 else { return nil }
    var end = WordReader(words: words[(words.count - 33)...])
    guard end.text() == hash(Array(words.dropLast(33))) else { return nil }
    var reader = WordReader(words: words.dropLast(33))
    guard reader.text() == key, reader.number() == count else { return nil }
    var coverages: [ZoneCoverage] = []
    for _ in 0..<count {
      guard let cells = reader.number(), let numbers = reader.take(cells), let fractions = reader.take(cells),
        let share = reader.number(), let placed = reader.number(), let longitude = reader.number(),
        let latitude = reader.number(), let refused = reader.number(), let reason = reader.text()
      else { return nil }
      coverages.append(
        ZoneCoverage(
          cells: numbers.map { Int32(truncatingIfNeeded: $0) },
          fractions: fractions.map { Double(bitPattern: $0) },
          inGridFraction: Double(bitPattern: UInt64(bitPattern: Int64(share))),
          representative: placed == 0
            ? nil
            : Point(
              longitude: Double(bitPattern: UInt64(bitPattern: Int64(longitude))),
              latitude: Double(bitPattern: UInt64(bitPattern: Int64(latitude)))),
          refusal: refused == 0 ? nil : reason))
    }
    return coverages
  }

  private static func hash(_ words: [UInt64]) -> String {
    var hash = ContentHash()
    for word in words { hash.add(word) }
    return hash.text
  }

  private struct WordReader {
    var words: ArraySlice<UInt64>

    mutating func number() -> Int? { words.popFirst().map { Int(Int64(bitPattern: $0)) } }

    mutating func take(_ count: Int) -> ArraySlice<UInt64>? {
      guard count >= 0, count <= words.count else { return nil }
      defer { words = words.dropFirst(count) }
      return words.prefix(count)
    }

    mutating func text() -> String? {
      guard let count = number(), let bytes = take(count) else { return nil }
      return String(decoding: bytes.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
  }
}
