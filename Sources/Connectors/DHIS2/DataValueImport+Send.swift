import Essentials

extension DataValueImport {
  private var request: DataValueRequest {
    DataValueRequest(
      server: server, options: options, namesDataSet: namesDataSet, followUpKey: capabilities.followUpKey)
  }

  /// Sends what is ready, request by request: never two at a time. While one is on its way the next is made, of as many
  /// rows as it will carry if that one is answered quickly; otherwise it is made again.
  ///
  /// - Parameter all: whether everything is sent and answered at the end. Otherwise the last request may still be on its
  ///   way then, and the next in the making.
  mutating func sendReady(all: Bool, _ flight: inout Flight, _ packs: inout Packing) async throws {
    while !ready.isEmpty {
      try Task.checkCancellation()
      if packing == nil {
        let usual = inFlight.map { chunk.expected(after: $0.count) } ?? chunk.rows
        guard all || ready.count >= usual else { return }
        startPacking(ready.prefix(usual), &packs)
      }
      guard let made = packing else { return }
      guard all || ready.count >= made.rows.count * 2, let body = try await packs.next() else { return }
      packing = nil
      try await land(&flight)
      let rows = made.rows
      // What was learned from the answer may ask for another request.
      guard rows.count == min(ready.count, chunk.rows), made.request.namesDataSet == namesDataSet,
        made.request.options.packs == options.packs
      else {
        continue
      }
      ready.removeFirst(rows.count)
      receipt.requests += 1
      inFlight = rows
      flight.addTask { try await made.request.send(body, count: rows.count) }
    }
    if all { try await land(&flight) }
  }

  private mutating func startPacking(_ rows: RowQueue, _ packs: inout Packing) {
    let (request, room) = (request, room)
    packing = (rows, request)
    packs.addTask { try request.packed(rows, room: room) }
  }

  /// Waits for the answer to the request that is on its way, and finds out what became of its rows.
  mutating func land(_ flight: inout Flight) async throws {
    guard let rows = inFlight else { return }
    inFlight = nil
    guard let answered = try await flight.next() else { return }
    if case .summary(let summary) = answered.outcome, countsAll(rows.count, summary) {
      chunk.took(answered.duration, for: rows.count)
      let new = rows.newCount
      if options.strategy == .delete {
        receipt.deleted += rows.count
      } else {
        receipt.created += new
        receipt.updated += rows.count - new
      }
      return
    }
    try await settle(rows.rows, answered)
  }

  /// Whether the server says that it took every row.
  private func countsAll(_ count: Int, _ summary: ImportSummary) -> Bool {
    guard !summary.refusesWhole, summary.rejected.isEmpty, summary.conflicts.isEmpty else { return false }
    if options.strategy == .delete { return summary.deleted == count }
    let written = summary.imported + summary.updated + summary.deleted
    return written == count && (!capabilities.countsCreated || summary.deleted == 0)
  }

  /// Sends rows until what became of each of them is known. Nothing else is on its way.
  mutating func send(_ rows: [Row]) async throws {
    guard !rows.isEmpty else { return }
    receipt.requests += 1
    try await settle(rows, try await request.send(rows))
  }

  /// Finds out what became of rows, by an answer and, where need be, by sending them again.
  private mutating func settle(_ rows: [Row], _ first: DataValueRequest.Answered) async throws {
    var rows = rows
    var answered = first
    var attempt = 0
    var defects = 0
    while !rows.isEmpty {
      attempt += 1
      if attempt > 1 {
        receipt.requests += 1
        answered = try await request.send(rows)
      }
      switch answered.outcome {
      case .summary(let summary):
        chunk.took(answered.duration, for: rows.count)
        return try await settle(rows, summary)
      case .refused(let failure, let code, let message):
        return try await settle(rows, refusal: failure, code: code, message: message)
      case .tooLarge:
        chunk.wasTooLarge(rows.count)
        guard rows.count > 1 else {
          receipt.refuse(
            rows[0].value, .tooLarge, "the request is larger than the server or its proxy takes (413)")
          return
        }
        options.log.info("\(rows.count) values are too many for one request (413); sending half as many")
        return try await sendHalves(rows)
      case .later(let failure, let wait):
        guard attempt < attempts else { throw failure }
        let wait = wait ?? Backoff(maximum: .seconds(60)).delay(afterAttempt: attempt)
        options.log.info("\(failure.message); attempt \(attempt + 1) of \(attempts) in \(wait.inWords)")
        try await server.clock.sleep(for: wait)
      case .unknown(let problem, let silence):
        receipt.unknownOutcomes += 1
        if silence == .defect { defects += 1 }
        if silence == .atWork { chunk.ranOut(rows.count) }
        rows = try await settled(rows, problem, silence, attempt: attempt)
        guard !rows.isEmpty else { return }
        if silence == .atWork, rows.count > chunk.rows {
          // What took too long at once is sent in parts.
          while !rows.isEmpty {
            let part = Array(rows.prefix(chunk.rows))
            rows.removeFirst(part.count)
            try await send(part)
          }
          return
        }
        guard attempt < attempts, defects < 2, silence != .goesOn else {
          throw Self.unknown(rows.count, problem, silence)
        }
      }
    }
  }

  /// A task that repeats itself makes the import send once.
  private var attempts: Int { RetryScope.isLeftToTask ? 1 : max(1, options.attempts) }

  mutating func sendHalves(_ rows: [Row]) async throws {
    try await send(Array(rows[..<(rows.count / 2)]))
    try await send(Array(rows[(rows.count / 2)...]))
  }

  mutating func countTaken(_ row: Row) {
    if options.strategy == .delete {
      receipt.deleted += 1
    } else if row.held == nil {
      receipt.created += 1
    } else {
      receipt.updated += 1
    }
  }

  /// A refusal of the whole request without a summary: 2.43 answers so where it cannot read a row or finds no data set.
  private mutating func settle(
    _ rows: [Row], refusal: DHIS2Failure, code: String?, message: String
  ) async throws {
    let reason = ImportReason(code: code)
    if reason == .other, options.packs {
      // A proxy or server that unpacks by header only finds no JSON in it.
      options.log.info("\(refusal.message); sending the values unpacked")
      options.packs = false
      return try await send(rows)
    }
    guard reason != .other, !reason.concernsWholeImport else { throw refusal }
    try await isolate(rows, ImportSummary.Conflict(code: code, message: message))
  }

  private mutating func settle(_ rows: [Row], _ summary: ImportSummary) async throws {
    if summary.refusesWhole { return try await settleWhole(rows, summary) }
    if summary.rejected.isEmpty, summary.conflicts.isEmpty {
      return try await count(rows, rows.count, summary)
    }
    // A data set that was changed just now is mistrusted: E7644 for all, with no period named.
    if capabilities.mistrustsNewDataSets, namesDataSet, options.namesDataSet == nil,
      summary.rejected.count == rows.count,
      summary.conflicts.allSatisfy({ $0.code == "E7644" && $0.message.contains("null") })
    {
      options.log.info("the server does not know the changed data set yet (E7644); sending without its name")
      namesDataSet = false
      return try await send(rows)
    }
    if summary.rejected.isEmpty, !summary.conflicts.isEmpty {
      return try await settleWithoutIndexes(rows, summary)
    }
    let groups = capabilities.refusesGroups ? summary.conflicts.filter(\.refusesGroup) : []
    var isolated: Set<Int> = []
    for group in groups { isolated.formUnion(group.indexes) }
    var reasons: [Int: ImportSummary.Conflict] = [:]
    for conflict in summary.conflicts {
      for index in conflict.indexes where reasons[index] == nil { reasons[index] = conflict }
    }
    for index in summary.rejected.sorted() where rows.indices.contains(index) && !isolated.contains(index) {
      let conflict = reasons[index]
      receipt.refuse(
        rows[index].value, conflict?.reason ?? .other, code: conflict?.code,
        conflict?.message ?? "refused without a reason")
    }
    let taken = rows.indices.filter { !summary.rejected.contains($0) && !isolated.contains($0) }.map {
      rows[$0]
    }
    if capabilities.refusesGroups, summary.conflicts.contains(where: \.isOfGroups),
      summary.imported + summary.updated + summary.deleted == 0, taken.count < rows.count
    {
      // A group may be refused whole for the rows that are named: the others are sent by themselves.
      try await send(taken)
    } else {
      try await count(taken, rows.count, summary)
    }
    for group in groups {
      // Each row once, though two groups may name it.
      let members = group.indexes.filter { rows.indices.contains($0) && isolated.remove($0) != nil }
      if !members.isEmpty { try await isolate(members.sorted().map { rows[$0] }, group) }
    }
  }

  /// Conflicts that name no rows, as older servers write them: what DHIS2 holds afterwards says which were refused.
  private mutating func settleWithoutIndexes(_ rows: [Row], _ summary: ImportSummary) async throws {
    let left: [Row]
    if options.isDryRun {
      left = rows.filter { row in summary.conflicts.contains { $0.isAbout(row.value) } }
      let refused = Set(left.map(\.value.key))
      rows.filter { !refused.contains($0.value.key) }.forEach { countTaken($0) }
    } else {
      left = try await unsettled(rows)
    }
    for row in left {
      let conflict =
        summary.conflicts.first { $0.isAbout(row.value) }
        ?? (summary.conflicts.count == 1 ? summary.conflicts.first : nil)
      receipt.refuse(
        row.value, conflict?.reason ?? .other, code: conflict?.code,
        conflict?.message ?? summary.conflicts.map(\.message).joined(separator: "; "))
    }
  }

  /// An error without rows: up to 2.42 one of the file or the data set.
  private mutating func settleWhole(_ rows: [Row], _ summary: ImportSummary) async throws {
    let place = "importing \(rows.count) values into data set \(options.dataSet) at \(server.baseURL)"
    let reasons = summary.conflicts.map { "\($0.code.map { "\($0): " } ?? "")\($0.message)" }
    let first = summary.conflicts.first
    let reason = first?.reason ?? .other
    // What concerns single rows, from a server that does not list them, is found by the message, or by halves.
    if capabilities.refusesGroups, let first, reason != .other, !reason.concernsWholeImport {
      return try await isolate(rows, first)
    }
    throw DHIS2Failure(
      reason.concernsWholeImport ? .configuration : .rejected,
      "\(place): refused: \(reasons.joined(separator: "; "))",
      remedy: reason.remedy, code: first?.code)
  }

  /// Counts the rows that were taken. The server's own counts must agree, or the receipt would say more than DHIS2
  /// holds; where they do not, what it holds decides.
  private mutating func count(_ taken: [Row], _ sent: Int, _ summary: ImportSummary) async throws {
    guard !taken.isEmpty else { return }
    let written = summary.imported + summary.updated + summary.deleted
    if options.strategy == .delete {
      if summary.deleted == taken.count { return taken.forEach { countTaken($0) } }
    } else if capabilities.countsCreated {
      // What was not written was ignored: somebody else has written it in the meantime, or it is a zero.
      let rest = taken.count - written
      if rest == 0, summary.deleted == 0 { return taken.forEach { countTaken($0) } }
      if rest > 0, summary.deleted == 0, summary.ignored == rest + summary.rejected.count,
        !taken.contains(where: { ValueType.isZero($0.value.value) })
      {
        receipt.created += summary.imported
        receipt.updated += summary.updated
        receipt.unchanged += rest
        return
      }
    } else if written == taken.count {
      return taken.forEach { countTaken($0) }
    }
    guard !options.isDryRun else { return taken.forEach { countTaken($0) } }
    receipt.unknownOutcomes += 1
    try await countByReading(taken, summary)
  }

  private mutating func countByReading(_ taken: [Row], _ summary: ImportSummary) async throws {
    var missing: [Row] = []
    for row in try await unsettled(taken) {
      // Up to 2.42 an insignificant zero is dropped, or takes away what was there.
      let isDropped =
        preflight?.dropsZero(row.value)
        ?? (capabilities.dropsInsignificantZeros && ValueType.isZero(row.value.value))
      if isDropped { receipt.zeroDropped += 1 } else { missing.append(row) }
    }
    guard let first = missing.first else { return }
    throw DHIS2Failure(
      .transient,
      "importing values into data set \(options.dataSet) at \(server.baseURL): the server counts \(summary.imported) imported, \(summary.updated) updated, \(summary.ignored) ignored, and does not hold \(missing.count) of \(taken.count) values, \(first.value.key.dataElement) of \(first.value.key.orgUnit) in \(first.value.key.period) among them",
      remedy: "Run again: values that are there already are not sent twice.")
  }
}

extension ImportSummary.Conflict {
  /// Whether the conflict names something that a value has.
  func isAbout(_ value: DataValue) -> Bool {
    guard let object else { return false }
    return [value.key.dataElement, value.key.orgUnit, value.key.period, value.value].contains(object)
  }

  /// Whether the conflict refuses all rows of its group, the good ones too (2.43 and later, E8010 to E8033 and E8128).
  var refusesGroup: Bool { indexes.count > 1 && isOfGroups }

  /// Whether its code is one of those that refuse a group.
  var isOfGroups: Bool {
    guard let code, code.utf8.count == 5 else { return false }
    return code.hasPrefix("E801") || code.hasPrefix("E802") || code.hasPrefix("E803") || code == "E8128"
      || code == "E8000"
  }
}
