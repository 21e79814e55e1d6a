import Essentials

/// An import in progress: values in, receipt out. One chunk and the values that are compared with what DHIS2 holds are
/// in memory at a time.
struct DataValueImport {
  /// A value to send, and what DHIS2 holds in its place.
  struct Row: Sendable {
    let value: DataValue
    let held: String?
  }

  let server: DHIS2
  let options: ImportOptions
  let capabilities: Capabilities
  /// Nil only where the caller vouches for the values.
  var preflight: Preflight?
  /// What DHIS2 holds, where the caller has read it.
  let existing: [DataValue.Key: String]?
  let defaultOptionCombo: String
  var receipt: ImportReceipt
  var chunk: ChunkSize
  var namesDataSet: Bool
  private var waiting: [DataValue] = []
  private var ready: [Row] = []

  /// As many values are compared at once.
  static let comparedAtOnce = 10_000

  init(
    server: DHIS2, options: ImportOptions, capabilities: Capabilities, preflight: Preflight?,
    existing: [DataValue.Key: String]?, defaultOptionCombo: String
  ) {
    self.server = server
    self.options = options
    self.capabilities = capabilities
    self.preflight = preflight
    self.existing = existing
    self.defaultOptionCombo = defaultOptionCombo
    receipt = ImportReceipt(isDryRun: options.isDryRun, mostRefusals: options.mostRefusals)
    chunk = ChunkSize(options.chunk)
    namesDataSet = options.namesDataSet ?? true
    if let preflight {
      receipt.warnings = preflight.findings.filter { $0.severity == .warn }.map(\.message)
    }
  }

  /// Takes a value in; says whether enough have come for ``compare()``.
  mutating func add(_ value: DataValue) -> Bool {
    waiting.append(value)
    return waiting.count >= Self.comparedAtOnce
  }

  /// Sends the rest.
  mutating func finish() async throws {
    try await compare()
    try await sendReady(all: true)
  }

  /// Looks through what waits: what is refused beforehand, what DHIS2 holds already, what has to be sent.
  mutating func compare() async throws {
    try Task.checkCancellation()
    guard !waiting.isEmpty else { return }
    var isBelowRoots = true
    let values = try await checked(isBelowRoots: &isBelowRoots)
    let held: [String?]
    if let existing {
      held = values.map { existing[$0.key] }
    } else {
      let roots = isBelowRoots ? preflight?.user.orgUnits : nil
      held = try await server.held(
        values, dataSet: options.dataSet, roots: roots ?? [], assigned: preflight?.assigned.count ?? 0,
        elements: preflight?.dataSet?.elements.count ?? 1)
    }
    for (value, held) in zip(values, held) { sort(value, held: held) }
    try await sendReady(all: false)
  }

  /// The values that wait, less those that are refused beforehand: in order, each key once.
  ///
  /// - Parameter isBelowRoots: becomes false where a unit is not below those where the user enters data.
  private mutating func checked(isBelowRoots: inout Bool) async throws -> [DataValue] {
    let places = try await learnedPlaces()
    let isSuperuser = preflight?.isSuperuser ?? false
    var values: [DataValue] = []
    values.reserveCapacity(waiting.count)
    for (number, value) in waiting.enumerated() {
      if preflight != nil, places[number] >= 0, preflight!.isUsual(value, at: Int(places[number])) {
        // Nobody else's values come as far as this.
        if isSuperuser, preflight?.assigned[Int(places[number])].isCovered != true { isBelowRoots = false }
        values.append(value)
        continue
      }
      let value = canonical(value)
      if let finding = preflight?.finding(for: value), !isNeedless(finding) {
        receipt.refuse(value, finding.reason, finding.message)
      } else {
        if isSuperuser, preflight?.standing(of: value.key.orgUnit)?.isCovered != true { isBelowRoots = false }
        values.append(value)
      }
    }
    waiting.removeAll(keepingCapacity: true)
    // Stable, so that of two values with one key the first is taken.
    values.sort { $0.key < $1.key }
    let doubled = values.indices.dropFirst().filter { values[$0].key == values[$0 - 1].key }
    for place in doubled {
      receipt.refuse(values[place], .duplicate, "the same value is there twice; the first was taken")
    }
    for place in doubled.reversed() { values.remove(at: place) }
    return values
  }

  /// Where the unit of each value that waits is among the assigned ones, -1 for one that is not; what is not known of
  /// the units is read.
  private mutating func learnedPlaces() async throws -> [Int32] {
    guard let assigned = preflight?.assigned else { return [] }
    var unknown: Set<String> = []
    var last = -1
    let places = waiting.map { value in
      let place = assigned.place(of: value.key.orgUnit, near: last + 1)
      if let place { last = place }
      if place.map({ !assigned[$0].isPlaced }) ?? true { unknown.insert(value.key.orgUnit) }
      return Int32(place ?? -1)
    }
    if !unknown.isEmpty { try await server.learn(unknown, in: &preflight!) }
    return places
  }

  private mutating func sort(_ value: DataValue, held: String?) {
    if options.strategy == .delete {
      // Deleting what never was would leave a tombstone behind.
      if held == nil { receipt.unchanged += 1 } else { ready.append(Row(value: value, held: held)) }
    } else if let held, value.hasValue(held), !options.resent.contains(value.key) {
      receipt.unchanged += 1
    } else if ValueType.isZero(value.value), preflight?.dropsZero(value) == true {
      if let held {
        receipt.refuse(
          value, .insignificantZero,
          "DHIS2 \(capabilities.version) would delete the \(held) that is there, as zero is not significant for data element \(value.key.dataElement)"
        )
      } else {
        receipt.zeroDropped += 1
      }
    } else {
      receipt.noteChange(value, held: held)
      ready.append(Row(value: value, held: held))
    }
  }

  /// Whether a finding does not matter for what is done: deleting needs no value.
  private func isNeedless(_ finding: Preflight.Finding) -> Bool {
    options.strategy == .delete && [.valueMissing, .valueInvalid, .commentInvalid].contains(finding.reason)
  }

  /// The value under the key by which DHIS2 gives it back.
  private mutating func canonical(_ value: DataValue) -> DataValue {
    let key = value.key
    func combo(_ id: String?) -> String? { id == defaultOptionCombo || id?.isEmpty == true ? nil : id }
    let period = preflight?.period(key.period)?.id ?? key.period
    let (category, attribute) = (combo(key.categoryOptionCombo), combo(key.attributeOptionCombo))
    if period == key.period, category == key.categoryOptionCombo, attribute == key.attributeOptionCombo {
      return value
    }
    return DataValue(
      DataValue.Key(
        dataElement: key.dataElement, period: period, orgUnit: key.orgUnit, categoryOptionCombo: category,
        attributeOptionCombo: attribute), value: value.value, comment: value.comment)
  }

  private mutating func sendReady(all: Bool) async throws {
    var sent = 0
    while ready.count - sent >= chunk.rows || (all && sent < ready.count) {
      try Task.checkCancellation()
      let rows = Array(ready[sent..<min(ready.count, sent + chunk.rows)])
      try await send(rows)
      sent += rows.count
    }
    ready.removeFirst(sent)
  }
}
