import CLinux
import Essentials
import JSON

extension DHIS2 {
  /// Reads the values of a data set for some periods and all units below some roots, for the default category option
  /// combination, by key.
  ///
  /// A user who sees only a part of the tree is given that part: DHIS2 refuses a root above it (E2012).
  public func dataValues(
    dataSet: String, periods: [String], roots: [String]
  ) async throws -> [DataValue.Key: String] {
    let user = try await knownUser()
    let roots = Self.visible(roots, to: user, try await capabilities())
    var values: [DataValue.Key: String] = [:]
    // A year of months at a time keeps the address far below the 8 KB that servers take.
    for periods in periods.chunked(12) {
      for roots in roots.chunked(200) {
        try await read(dataSet, periods, roots, below: true) { key, row in
          guard key.categoryOptionCombo == nil, key.attributeOptionCombo == nil else { return }
          values[key] = row.value
        }
      }
    }
    return values
  }

  /// The roots that a user may read at: those below the asked ones instead of them, where the user sees no more.
  static func visible(
    _ roots: [String], to user: CurrentUser, _ capabilities: Capabilities
  ) -> [String] {
    let byView = capabilities.readsByViewUnits
    guard byView || !user.isSuperuser else { return roots }
    let units = byView ? user.viewedOrgUnits : user.orgUnits
    var visible: [String] = []
    for root in roots {
      let below = (byView ? user.viewedOrgUnitPaths : user.orgUnitPaths).compactMap { path -> String? in
        let steps = path.split(separator: "/").map(String.init)
        guard let last = steps.last, last != root, steps.contains(root) else { return nil }
        return last
      }
      for unit in units.contains(root) || below.isEmpty ? [root] : below where !visible.contains(unit) {
        visible.append(unit)
      }
    }
    return visible
  }

  /// Reads what DHIS2 holds for given keys, whatever their combinations; keys that it holds nothing for are left out.
  /// The units are named one by one, so that a user of any part of the tree may ask.
  ///
  /// - Parameter keys: of one data set; as many as fit in memory.
  public func heldValues(
    _ keys: some Collection<DataValue.Key>, dataSet: String
  ) async throws -> [DataValue.Key: String] {
    try await held(keys, dataSet: dataSet) { $0.value ?? "" }
  }

  /// As ``heldValues(_:dataSet:)``, with all that DHIS2 keeps with the values.
  func heldRows(
    _ keys: some Collection<DataValue.Key>, dataSet: String
  ) async throws -> [DataValue.Key: DataValueSet.Row] {
    try await held(keys, dataSet: dataSet) { $0 }
  }

  private func held<Result>(
    _ keys: some Collection<DataValue.Key>, dataSet: String, _ part: (DataValueSet.Row) -> Result
  ) async throws -> [DataValue.Key: Result] {
    var unitsByPeriod: [String: Set<String>] = [:]
    for key in keys { unitsByPeriod[key.period, default: []].insert(key.orgUnit) }
    let wanted = Set(keys)
    var held: [DataValue.Key: Result] = [:]
    held.reserveCapacity(wanted.count)
    try await read(dataSet, unitsByPeriod.mapValues { $0.sorted() }) { key, row in
      if wanted.contains(key) { held[key] = part(row) }
    }
    return held
  }

  /// Reads what DHIS2 holds in place of some values, as ``heldValues(_:dataSet:)`` does. Where a period has values for
  /// most of the units that the data set is assigned to, it is read at once, for all that is below the roots.
  ///
  /// - Parameters:
  ///   - values: in order, each key once.
  ///   - roots: units that those of all values are at or below; empty where that is not known.
  ///   - assigned: how many units the data set is assigned to.
  ///   - elements: how many data elements it has.
  /// - Returns: a text, or nil, for each value.
  func held(
    _ values: [DataValue], dataSet: String, roots: [String], assigned: Int, elements: Int
  ) async throws -> [String?] {
    var held = [String?](repeating: nil, count: values.count)
    var last = -1
    func keep(_ key: DataValue.Key, _ row: DataValueSet.Row) {
      // Answers are often in the order of the values.
      if last + 1 < values.count, values[last + 1].key == key {
        last += 1
        return held[last] = row.value
      }
      var (low, high) = (0, values.count)
      while low < high {
        let middle = (low + high) / 2
        if values[middle].key < key { low = middle + 1 } else { high = middle }
      }
      guard low < values.count, values[low].key == key else { return }
      last = low
      held[low] = row.value
    }
    var whole: [String] = []
    // In order, as the values are, each once.
    var parts: [String: [String]] = [:]
    var start = 0
    while start < values.count {
      let period = values[start].key.period
      var end = start
      var count = 0
      while end < values.count, values[end].key.period == period {
        if end == start || values[end].key.orgUnit != values[end - 1].key.orgUnit { count += 1 }
        end += 1
      }
      if count > Self.mostUnits, count * 2 >= assigned, (1...Self.mostUnits).contains(roots.count) {
        whole.append(period)
      } else {
        var units: [String] = []
        units.reserveCapacity(count)
        for place in start..<end where units.last != values[place].key.orgUnit {
          units.append(values[place].key.orgUnit)
        }
        parts[period] = units
      }
      start = end
    }
    // One answer is in memory at a time, and is not to have more values than are compared at once.
    let periods = max(1, min(Self.mostPeriods, DataValueImport.comparedAtOnce / max(1, assigned * elements)))
    for periods in whole.chunked(periods) {
      do {
        try await read(dataSet, periods, roots[...], below: true, keep)
      } catch let failure as DHIS2Failure where failure.code == "E2012" {
        // Who enters data for all units may be let see those of a part only, and may ask for that part.
        for period in periods {
          parts[period] = Set(values.filter { $0.key.period == period }.map(\.key.orgUnit)).sorted()
        }
      }
    }
    let isLarge = values.count >= DataValueImport.comparedAtOnce && !parts.isEmpty
    if isLarge { malloc_trim(0) }
    try await read(dataSet, parts, keep)
    // Many small answers between few large arrays leave holes, which glibc would keep: a quarter more memory for a large
    // tree than for a small one.
    if isLarge { malloc_trim(0) }
    return held
  }

  /// Gives those of some values that DHIS2 does not hold as they are; those of numeric data elements are compared as
  /// numbers.
  public func differing(_ values: [DataValue], dataSet: String) async throws -> [DataValue] {
    let held = try await heldValues(values.map(\.key), dataSet: dataSet)
    // What the elements are is asked for where it matters, which is seldom.
    let mayBeSame = values.contains { value in
      held[value.key].map { $0 != value.value && value.hasValue($0) } ?? false
    }
    let elements = mayBeSame ? try await describedDataSet(dataSet)?.elements ?? [:] : [:]
    return values.filter { value in
      held[value.key].map { held in
        !value.hasValue(
          held, isNumber: elements[value.key.dataElement].map { ValueType.isNumeric($0.valueType) } ?? true)
      } ?? true
    }
  }

  /// Servers take addresses of about 8 KB: 250 units and 50 periods make 6.
  private static var mostUnits: Int { 250 }
  private static var mostPeriods: Int { 50 }

  /// Reads values of a data set for the units that are named for each period, and maybe some more.
  private func read(
    _ dataSet: String, _ unitsByPeriod: [String: [String]], _ body: (DataValue.Key, DataValueSet.Row) -> Void
  ) async throws {
    for periods in unitsByPeriod.keys.sorted().chunked(Self.mostPeriods) {
      let units =
        periods.count == 1
        ? unitsByPeriod[periods[periods.startIndex]] ?? []
        : Set(periods.flatMap { unitsByPeriod[$0] ?? [] }).sorted()
      for units in units.chunked(Self.mostUnits) {
        try await read(dataSet, periods, units, below: false, body)
      }
    }
  }

  /// Reads values of a data set, one answer in memory at a time.
  private func read(
    _ dataSet: String, _ periods: ArraySlice<String>, _ units: ArraySlice<String>, below: Bool,
    _ body: (DataValue.Key, DataValueSet.Row) -> Void
  ) async throws {
    let operation = "reading the values of data set \(dataSet)"
    let defaultCombo = try await defaultCombo().optionCombo
    var query = [("dataSet", dataSet)]
    if below { query.append(("children", "true")) }
    query += periods.map { ("period", $0) } + units.map { ("orgUnit", $0) }
    let answer = try await read("dataValueSets.json", query, operation: operation) {
      try DataValueSet(reading: &$0)
    }
    for row in answer.rows where !row.isDeleted {
      guard row.value != nil, let key = answer.key(of: row, defaultCombo: defaultCombo) else { continue }
      body(key, row)
    }
  }
}
