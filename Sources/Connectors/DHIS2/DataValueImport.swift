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

  /// Takes a value in; sends some when enough have come.
  mutating func take(_ value: DataValue) async throws {
    waiting.append(value)
    if waiting.count >= Self.comparedAtOnce { try await compare() }
  }

  /// Sends the rest.
  mutating func finish() async throws {
    try await compare()
    try await sendReady(all: true)
  }

  /// Looks through what waits: what is refused beforehand, what DHIS2 holds already, what has to be sent.
  private mutating func compare() async throws {
    try Task.checkCancellation()
    guard !waiting.isEmpty else { return }
    var values: [DataValue] = []
    values.reserveCapacity(waiting.count)
    var keys: Set<DataValue.Key> = []
    keys.reserveCapacity(waiting.count)
    if preflight != nil { try await server.learn(Set(waiting.map(\.key.orgUnit)), in: &preflight!) }
    for value in waiting {
      let value = canonical(value)
      if let finding = preflight?.finding(for: value), !isNeedless(finding) {
        receipt.refuse(value, finding.reason, finding.message)
      } else if !keys.insert(value.key).inserted {
        receipt.refuse(value, .duplicate, "the same value is there twice; the first was taken")
      } else {
        values.append(value)
      }
    }
    waiting.removeAll(keepingCapacity: true)
    values.sort { $0.key < $1.key }
    let held: [DataValue.Key: String]
    if let existing {
      held = existing
    } else {
      held = try await server.heldValues(keys, dataSet: options.dataSet)
    }
    for value in values { sort(value, held: held[value.key]) }
    try await sendReady(all: false)
  }

  private mutating func sort(_ value: DataValue, held: String?) {
    if options.strategy == .delete {
      // Deleting what never was would leave a tombstone behind.
      if held == nil { receipt.unchanged += 1 } else { ready.append(Row(value: value, held: held)) }
    } else if let held, value.hasValue(held) {
      receipt.unchanged += 1
    } else if preflight?.dropsZero(value) == true {
      if let held {
        receipt.refuse(
          value, .insignificantZero,
          "DHIS2 \(capabilities.version) would delete the \(held) that is there, as zero is not significant for data element \(value.key.dataElement)"
        )
      } else {
        receipt.zeroDropped += 1
      }
    } else {
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
