import Essentials
import FlowKit
import Foundation
import PrefectAPI
import PrefectClient
import Synchronization

/// Empties an outbox into a Prefect server. What the server cannot take now stays there for the next time.
final class ReportSender: Sendable {
  private let client: PrefectClient
  private let outbox: ReportOutbox
  private let clock: any WallClock
  /// Told what is lost for good, and when the API is away and back.
  private let warn: @Sendable (String) -> Void
  /// The server's run of each sub-flow, by the id in this process.
  private let subflows = Mutex<[UUID: UUID]>([:])
  /// For each sub-flow that the server refused, the server's run around it, which has its reports.
  private let refused = Mutex<[UUID: UUID]>([:])
  /// Whether log lines were sent of which no answer says that they have arrived, or that they have not.
  private let hasOpenLines: Mutex<Bool>

  init(
    _ client: PrefectClient, outbox: ReportOutbox, clock: any WallClock,
    warn: @escaping @Sendable (String) -> Void
  ) {
    self.client = client
    self.outbox = outbox
    self.clock = clock
    self.warn = warn
    hasOpenLines = Mutex(outbox.hasLeftLines)
  }

  /// Sends what comes, in batches, until the outbox is closed. While the API is away it asks again, less and less often.
  func run() async {
    let backoff = Backoff(initial: .seconds(0.5), factor: 2, maximum: .seconds(10), jitter: 0.2)
    var failures = 0
    var notBefore = Date.distantPast
    while !outbox.isClosed, !Task.isCancelled {
      guard let due = outbox.due.map({ max($0, notBefore) }) else {
        await outbox.bell.wait(until: nil, clock)
        continue
      }
      guard due <= clock.now() else {
        await outbox.bell.wait(until: due, clock)
        continue
      }
      do {
        outbox.announceTasks()
        try await sendAll()
        if failures > 0 { warn("the API answers again; what had been kept for it was sent") }
        failures = 0
      } catch {
        failures += 1
        if failures == 1 { warn("the API is away (\(error)); reports are kept until it is back") }
        notBefore = clock.now().addingTimeInterval(backoff.delay(afterAttempt: failures).seconds)
      }
    }
  }

  /// Sends everything that waits.
  ///
  /// - Throws: what kept the rest from being sent.
  func sendAll() async throws {
    while let parcel = outbox.next() {
      outbox.confirm(try await send(parcel))
    }
    let dropped = outbox.takeDropped()
    if dropped > 0 { warn("\(dropped) reports were left out: there was no room to keep them") }
  }

  /// Sends everything, asking again as long as a failure is worth it.
  func sendAll(again isWorthWaiting: (any Error) -> Bool) async {
    while true {
      do { return try await sendAll() } catch {
        guard isWorthWaiting(error) else {
          return warn("reports of this run could not be sent; they are kept for its next process: \(error)")
        }
        try? await clock.sleep(for: .seconds(1))
      }
    }
  }

  private func send(_ parcel: ReportOutbox.Parcel) async throws -> ReportOutbox.Parcel {
    switch parcel {
    case .logs(let documents):
      try await sendLines(documents.map(translated))
    case .events(let documents):
      try await send(documents.map(translated), "events") { try await client.sendEvents(encoded: $0) }
    case .artifact(let document):
      try await send([translated(document)], "artifact") { documents in
        for document in documents {
          _ = try await client.createArtifact(Prefect.ArtifactCreate(wire: JSONValue(parsing: document)))
        }
      }
    case .progress(let report): return .progress(try await send(report))
    case .subflow(let report): try await send(report)
    }
    return parcel
  }

  /// Sends log lines. Where the answer to those before was lost, the server is asked which of them it has: it would keep them
  /// twice.
  private func sendLines(_ documents: [[UInt8]]) async throws {
    var documents = documents
    if hasOpenLines.withLock({ $0 }) { documents = try await ArrivedLines(client).without(documents) }
    do {
      try await send(documents, "log lines") { try await client.createLogs(encoded: $0) }
      hasOpenLines.withLock { $0 = false }
    } catch let failure as PrefectFailure {
      // Too many requests and "busy" are answers of a server that did nothing.
      if failure.status != 429, failure.status != 503 { hasOpenLines.withLock { $0 = true } }
      throw failure
    }
  }

  /// Sends documents; where the server refuses them, halves of them, so that what is refused does not take others along.
  private func send(
    _ documents: [[UInt8]], _ name: String, _ deliver: ([[UInt8]]) async throws -> Void
  ) async throws {
    do { try await deliver(documents) } catch let failure as PrefectFailure where Self.isRefusal(failure) {
      guard documents.count > 1 else {
        warn("the server refused one of the \(name): \(failure.message)")
        return
      }
      let middle = documents.count / 2
      try await send(Array(documents[..<middle]), name, deliver)
      try await send(Array(documents[middle...]), name, deliver)
    }
  }

  /// Whether the same would be refused for ever. A login that is wrong now may be set right while the run goes on.
  /// A 404 that is about no object is that of a proxy, or of a server that is being put up.
  private static func isRefusal(_ failure: PrefectFailure) -> Bool {
    failure.kind == .rejected || failure.isNotFound
  }

  private func send(_ report: ProgressReport) async throws -> ProgressReport {
    var report = report
    let percent = JSONValue.number(report.percent)
    do {
      if let id = report.artifact {
        try await client.updateArtifact(id, Prefect.ArtifactUpdate(data: percent))
      } else {
        var create = Prefect.ArtifactCreate(
          type: "progress", key: "progress-\(Self.key(report.name))",
          description: Redaction.redact(report.name),
          data: percent)
        create.flowRunID = runID(report.run)
        report.artifact = try await client.createArtifact(create).id
      }
    } catch let failure as PrefectFailure where Self.isRefusal(failure) {
      warn("the server refused the progress of \(report.name): \(failure.message)")
    }
    return report
  }

  /// Small letters, digits and single dashes.
  static func key(_ name: String) -> String {
    let letters = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    let words = String(letters).split(separator: "-")
    return words.isEmpty ? "work" : words.joined(separator: "-")
  }

  // MARK: Sub-flows

  private func send(_ report: SubflowReport) async throws {
    do {
      switch report.moment {
      case .started(let flow, let parameters, _):
        try await start(report, flow, parameters)
      case .finished(let state):
        guard let id = subflows.withLock({ $0[report.id] }) else { return }
        _ = try await client.setFlowRunState(id, state)
      }
    } catch let failure as PrefectFailure where Self.isRefusal(failure) {
      // Its reports go to the run around it, so that they are not lost; its end is not that run's.
      warn("the server refused a sub-flow: \(failure.message)")
      if case .started = report.moment {
        let parent = runID(report.parent)
        refused.withLock { $0[report.id] = parent }
      }
    }
  }

  private func start(_ report: SubflowReport, _ flow: String, _ parameters: JSONObject) async throws {
    let parent = runID(report.parent)
    let known = try await client.createFlow(Prefect.FlowCreate(name: flow))
    let task = try await client.createTaskRun(
      Prefect.TaskRunCreate(
        flowRunID: parent, taskKey: flow, dynamicKey: report.id.wire, name: flow))
    var create = Prefect.FlowRunCreate(flowID: known.id)
    create.parentTaskRunID = task.id
    create.parameters = parameters
    create.idempotencyKey = report.id.wire
    let run = try await client.createFlowRun(create)
    _ = try await client.setFlowRunState(run.id, Prefect.StateCreate(.running))
    subflows.withLock { $0[report.id] = run.id }
  }

  /// The server's runs, by the ids in this process.
  private var known: [UUID: UUID] {
    let refused = refused.withLock { $0 }
    return subflows.withLock { $0 }.merging(refused) { own, _ in own }
  }

  private func runID(_ id: UUID) -> UUID { known[id] ?? id }

  /// A report with the server's ids for this process's: they have one length, and no other text is like them.
  private func translated(_ document: [UInt8]) -> [UInt8] {
    let known = known
    guard !known.isEmpty else { return document }
    var text = String(decoding: document, as: UTF8.self)
    for (own, server) in known where text.contains(own.wire) {
      text = text.replacing(own.wire, with: server.wire)
    }
    return Array(text.utf8)
  }
}
