import Essentials

/// An import in progress: values in, receipt out. In memory at a time are the values that are compared with what DHIS2
/// holds, one request that is on its way and one that is made.
///
/// One request with values is on its way at a time, as two could block each other and a lost answer could not be told
/// apart. What does not touch them goes on meanwhile: taking values in, checking, reading what DHIS2 holds for other
/// keys, writing and packing the next request.
struct DataValueImport {
  /// What goes on beside the import: each group has one task at most.
  typealias Flight = ThrowingTaskGroup<DataValueRequest.Answered, any Error>
  typealias Packing = ThrowingTaskGroup<[UInt8], any Error>
  typealias Reading = ThrowingTaskGroup<[String?], any Error>

  /// A value to send, and what DHIS2 holds in its place.
  struct Row: Sendable {
    let value: DataValue
    let held: String?
  }

  let server: DHIS2
  var options: ImportOptions
  let capabilities: Capabilities
  /// Nil only where the caller vouches for the values.
  var preflight: Preflight?
  let defaultOptionCombo: String
  var receipt: ImportReceipt
  var chunk: ChunkSize
  var namesDataSet: Bool
  private var waiting: [DataValue] = []
  /// Values for which it is being read what DHIS2 holds.
  private var reading: [DataValue] = []
  /// Rows that are to be sent.
  var ready = RowQueue()
  /// Rows that are on their way.
  var inFlight: RowQueue?
  /// The request that is made, of the first of the ready rows.
  var packing: (rows: RowQueue, request: DataValueRequest)?
  /// Memory for the bodies of requests.
  let room = BodyRoom()

  /// As many values are compared at once.
  static let comparedAtOnce = 10_000

  init(
    server: DHIS2, options: ImportOptions, capabilities: Capabilities, preflight: Preflight?,
    defaultOptionCombo: String
  ) {
    self.server = server
    self.options = options
    self.capabilities = capabilities
    self.preflight = preflight
    self.defaultOptionCombo = defaultOptionCombo
    receipt = ImportReceipt(isDryRun: options.isDryRun, mostRefusals: options.mostRefusals)
    chunk = ChunkSize(options.chunk)
    namesDataSet = options.namesDataSet ?? true
    if let preflight {
      receipt.warnings = preflight.findings.filter { $0.severity == .warn }.map(\.message)
    }
  }

  /// Takes a value in; says whether enough have come for ``compare(_:_:_:)``.
  mutating func add(_ value: consuming DataValue) -> Bool {
    waiting.append(value)
    return waiting.count >= Self.comparedAtOnce
  }

  /// Sends the rest.
  mutating func finish(
    _ flight: inout Flight, _ packs: inout Packing, _ read: inout Reading
  ) async throws {
    try await compare(&flight, &packs, &read)
    try await endReading(&read)
    try await sendReady(all: true, &flight, &packs)
  }

  /// Looks through what waits: what is refused beforehand; what DHIS2 holds, which is asked for here and compared when
  /// the next values have come. What differs of the values before is sent.
  mutating func compare(
    _ flight: inout Flight, _ packs: inout Packing, _ read: inout Reading
  ) async throws {
    try Task.checkCancellation()
    guard !waiting.isEmpty else { return }
    var isBelowRoots = true
    let values = try await checked(isBelowRoots: &isBelowRoots)
    try await endReading(&read)
    if !values.isEmpty {
      // What DHIS2 holds for a key is to be read after what was sent for it before.
      if ready.sharesKey(with: values) || inFlight?.sharesKey(with: values) == true {
        try await sendReady(all: true, &flight, &packs)
      }
      let (server, dataSet) = (server, options.dataSet)
      // What is not below the units where the user reads is refused by now.
      let roots = preflight?.readingUnits ?? (isBelowRoots ? preflight?.user.orgUnits ?? [] : [])
      let (assigned, elements) = (preflight?.assigned.count ?? 0, preflight?.dataSet?.elements.count ?? 1)
      reading = values
      read.addTask {
        try await server.held(values, dataSet: dataSet, roots: roots, assigned: assigned, elements: elements)
      }
      // Of a tree so large that units are read by name, not two loads of values are held.
      if assigned > Self.comparedAtOnce * 2 { try await endReading(&read) }
    }
    try await sendReady(all: false, &flight, &packs)
  }

  /// Waits for what DHIS2 holds in place of the values for which it is being read.
  private mutating func endReading(_ read: inout Reading) async throws {
    guard !reading.isEmpty, let held = try await read.next() else { return }
    let values = reading
    reading = []
    sort(values, held: held)
  }

  /// The values that wait, less those that are refused beforehand: in order, each key once.
  ///
  /// - Parameter isBelowRoots: becomes false where a unit is not below those where the user enters data.
  private mutating func checked(isBelowRoots: inout Bool) async throws -> [DataValue] {
    let places = try await learnedPlaces()
    let isSuperuser = preflight?.isSuperuser ?? false
    var values = waiting
    waiting = []
    waiting.reserveCapacity(values.count)
    var unusual: [Int] = []
    values.withUnsafeBufferPointer { values in
      for number in values.indices {
        let place = Int(places.isEmpty ? -1 : places[number])
        if place < 0 || preflight?.isUsual(values[number], at: place) != true {
          unusual.append(number)
        } else if isSuperuser, preflight?.assigned[place].isCovered != true {
          // Nobody else's values come as far as this.
          isBelowRoots = false
        }
      }
    }
    if preflight != nil, preflight?.optionCombos == nil,
      unusual.contains(where: { values[$0].key.namesCombo })
    {
      try await server.learnCombos(in: &preflight!)
    }
    var refused: Set<Int> = []
    for number in unusual {
      let value = canonical(values[number])
      if let finding = preflight?.finding(for: value), !isNeedless(finding) {
        receipt.refuse(value, finding.reason, finding.message)
        refused.insert(number)
      } else {
        if isSuperuser, preflight?.standing(of: value.key.orgUnit)?.isCovered != true { isBelowRoots = false }
        values[number] = value
      }
    }
    if !refused.isEmpty { values = values.indices.filter { !refused.contains($0) }.map { values[$0] } }
    let isInOrder = values.withUnsafeBufferPointer { values in
      values.indices.dropFirst().allSatisfy { values[$0 - 1].key < values[$0].key }
    }
    if isInOrder { return values }
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
    var places: [Int32] = []
    places.reserveCapacity(waiting.count)
    waiting.withUnsafeBufferPointer { waiting in
      for number in waiting.indices {
        let place = assigned.place(of: waiting[number].key.orgUnit, near: last + 1)
        if let place { last = place }
        if place.map({ !assigned[$0].isPlaced }) ?? true { unknown.insert(waiting[number].key.orgUnit) }
        places.append(Int32(place ?? -1))
      }
    }
    if !unknown.isEmpty { try await server.learn(unknown, in: &preflight!) }
    return places
  }

  /// Puts those of some values that have to be sent with the ready ones, and counts the others.
  private mutating func sort(_ values: [DataValue], held: [String?]) {
    var left: Set<Int> = []
    let dropsZeros = preflight?.info.capabilities.dropsInsignificantZeros == true
    values.withUnsafeBufferPointer { values in
      for place in values.indices
      where !isToBeSent(values[place], held: held[place], dropsZeros: dropsZeros) { left.insert(place) }
    }
    guard !left.isEmpty else { return ready.append(values, held: held) }
    let sent = values.indices.filter { !left.contains($0) }
    ready.append(sent.map { values[$0] }, held: sent.map { held[$0] })
  }

  private mutating func isToBeSent(_ value: DataValue, held: String?, dropsZeros: Bool) -> Bool {
    if options.strategy == .delete {
      // Deleting what never was would leave a tombstone behind.
      if held == nil { receipt.unchanged += 1 }
      return held != nil
    }
    if let held, hasValue(value, held), options.resent.isEmpty || !options.resent.contains(value.key) {
      receipt.unchanged += 1
      return false
    }
    guard dropsZeros, ValueType.isZero(value.value), preflight?.dropsZero(value) == true else {
      receipt.noteChange(value, held: held)
      return true
    }
    if let held {
      receipt.refuse(
        value, .insignificantZero,
        "DHIS2 \(capabilities.version) would delete the \(held) that is there, as zero is not significant for data element \(value.key.dataElement)"
      )
    } else {
      receipt.zeroDropped += 1
    }
    return false
  }

  /// Whether a text that DHIS2 holds is a value, by the type of its data element.
  func hasValue(_ value: DataValue, _ held: String) -> Bool {
    value.hasValue(held, isNumber: preflight?.isNumeric(value.key.dataElement) ?? true)
  }

  /// Whether a finding does not matter for what is done: deleting needs no value, and is the way to be rid of what up to
  /// 2.42 was stored under a wrong combination.
  private func isNeedless(_ finding: Preflight.Finding) -> Bool {
    guard options.strategy == .delete else { return false }
    switch finding.reason {
    case .valueMissing, .valueInvalid, .commentInvalid: return true
    case .categoryOptionComboWrong, .attributeOptionComboWrong: return !capabilities.checksStructure
    default: return false
    }
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
    let canonical = DataValue.Key(
      dataElement: key.dataElement, period: period, orgUnit: key.orgUnit, categoryOptionCombo: category,
      attributeOptionCombo: attribute)
    return DataValue(canonical, value: value.value, comment: value.comment, followUp: value.followUp)
  }
}
