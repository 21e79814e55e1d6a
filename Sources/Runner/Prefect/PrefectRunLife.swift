import Essentials
import FlowKit
import Foundation
import JSON
import PrefectAPI
import PrefectClient
import Synchronization

/// The steps of one run, in their order.
final class PrefectRunLife: Sendable {
  let run: PrefectRun
  private let console: any RunReporter
  let outbox: ReportOutbox
  let sender: ReportSender
  /// Whether the pull steps are done: they change this process, and so are done once in it.
  private let hasPulled = Atomic(false)
  var clock: any WallClock { run.execution.clock }
  var client: PrefectClient { run.client }
  var id: UUID { run.id }

  /// How long reports are kept that no process of their run has brought to the server: a month, as long as they are not
  /// more than 1 GB.
  static let spoolRetention = Retention(age: .seconds(30 * 86_400), bytes: 1_000_000_000)

  init(_ run: PrefectRun) {
    self.run = run
    let clock = run.execution.clock
    let own = run.id.wire
    Self.spoolRetention.apply(to: run.options.spoolFolder, now: clock.now()) { $0 != own }
    let console = run.execution.reporter
    self.console = console
    outbox = ReportOutbox(folder: "\(run.options.spoolFolder)/\(run.id.wire)", clock: clock)
    sender = ReportSender(run.client, outbox: outbox, clock: clock) { text in
      console.log(
        Log.Line(level: .warning, label: "prefect", message: Redaction.redact(text)), at: clock.now())
    }
  }

  func run() async -> PrefectRun.Ending {
    defer {
      let lost = outbox.closeFiles()
      if lost > 0 { say(.warning, "\(lost) reports were left out: there was no room to keep them") }
    }
    do {
      let flowRun = try await patiently(run.options.startPatience) { try await client.flowRun(id) }
      if let state = flowRun.state, state.type == .cancelling {
        try await conclude(FinalState.state(of: .cancelled, cancelledBecause: "Cancelled before it started."))
        return .told
      }
      if let state = flowRun.state, state.type.isTerminal {
        say(.warning, "run \(id.wire) is \(state.displayName) already; nothing is done")
        return .told
      }
      return try await execute(flowRun)
    } catch {
      return .untold(error)
    }
  }

  // MARK: Running

  private func execute(_ flowRun: Prefect.FlowRun) async throws -> PrefectRun.Ending {
    let name: String
    if let known = run.options.flowName {
      name = known
    } else {
      name = try await patiently(run.options.patience) { try await client.flow(flowRun.flowID).name }
    }
    let reporter = PrefectReporter(
      PrefectReporter.Subject(
        id: id, name: flowRun.name, flow: name, flowID: flowRun.flowID, deploymentID: flowRun.deploymentID,
        tags: flowRun.tags, runCount: flowRun.runCount + 1),
      outbox: outbox, clock: clock, leastLevel: run.options.logLevel)
    // Meanwhile, so that the flow starts sooner; a run that is RUNNING already waits for an API that went away since.
    let pulling = Task { () -> [JSONObject] in
      guard run.options.pullSteps != nil, let deployment = flowRun.deploymentID else { return [] }
      return try await patiently(run.options.patience) { try await client.deployment(deployment).pullSteps }
    }
    // The API has answered: that it is away now is no wrong address.
    guard try await enterRunning() else {
      pulling.cancel()
      return .told
    }
    let flow = Result { try run.catalogue.flow(named: name) }
    var policy = RetryPolicy(flowRun.policy)
    if let flow = try? flow.get(), let wanted = policy.adopt(flow, run.options) {
      var update = Prefect.FlowRunUpdate()
      update.empiricalPolicy = wanted
      do { try await client.updateFlowRun(id, update) } catch {
        say(.warning, "the retries of the run could not be set: \(FinalState.sentence(error))", reporter)
      }
    }
    var runCount = flowRun.runCount + 1
    let sending = Task { await sender.run() }
    let watching = Task { await watch() }
    let beating = Task { await beat(reporter) }
    defer {
      watching.cancel()
      beating.cancel()
    }
    while true {
      let outcome = await attempt(flow, flowRun, pulling, reporter)
      // However it ended: what the flow has written is written.
      await settle(reporter)
      if case .suspended? = run.stopSwitch.reason {
        say(.info, "suspended; a worker goes on with the run when it is resumed", reporter)
        return await finish(sending, nil)
      }
      if case .ended(let state)? = run.stopSwitch.reason {
        say(.warning, "somebody else has ended the run: it is \(state)", reporter)
        return await finish(sending, nil)
      }
      let final = await finalState(outcome, reporter)
      outbox.bell.ring()
      switch await conclude(final, outcome, policy) {
      case .done: return await finish(sending, nil)
      case .failed(let error): return await finish(sending, error)
      case .again(let date):
        say(.info, "the run is repeated at \(date)", reporter)
        do {
          guard try await enterAgain(at: date) else { return await finish(sending, nil) }
        } catch {
          return await finish(sending, error)
        }
        runCount += 1
        reporter.repeats(runCount: runCount)
      }
    }
  }

  /// Runs the flow once; whatever goes wrong is in the outcome.
  private func attempt(
    _ flow: Result<any Flow.Type, any Error>, _ flowRun: Prefect.FlowRun,
    _ pulling: Task<[JSONObject], any Error>, _ reporter: PrefectReporter
  ) async -> RunOutcome {
    let pair = ReporterPair(first: reporter, second: console)
    let task = Task { () -> RunOutcome in
      do {
        let flow = try flow.get()
        if let steps = run.options.pullSteps, !hasPulled.load(ordering: .relaxed) {
          let log = Log(label: "pull") { pair.log($0, at: self.clock.now()) }
          let pull = try await withTaskCancellationHandler {
            try await pulling.value
          } onCancel: {
            pulling.cancel()
          }
          try await steps.run(pull, log: log)
          hasPulled.store(true, ordering: .relaxed)
        }
        var execution = run.execution
        execution.reporter = pair
        execution.services[PauseService.self] = PrefectPauses(
          id: id, client: client, stopSwitch: run.stopSwitch)
        execution.services[TagLimitService.self] = PrefectTagLimits(client) { reporter.currentTask }
        // The console has what is printed already.
        let printed =
          !run.options.takesPrintedLines
          ? nil
          : PrintedLines { text in
            reporter.log(
              Log.Line(level: .info, label: "print", message: Redaction.redact(text)), at: self.clock.now())
          }
        let outcome = await execution.run(flow, parameters: flowRun.parameters, id: id)
        await printed?.close()
        return outcome
      } catch {
        return FinalState.outcome(of: error)
      }
    }
    run.stopSwitch.connect { task.cancel() }
    let outcome = await task.value
    run.stopSwitch.connect(nil)
    // A flow that was cancelled may end in any way: what it was cancelled for counts, unless it was done already.
    if run.stopSwitch.reason != nil, case .failed = outcome { return .cancelled }
    return outcome
  }

  /// Proposes RUNNING, once the time has come. Gives whether the run is this process's.
  private func enterRunning() async throws -> Bool {
    let start = clock.now()
    var running = Prefect.StateCreate(.running)
    running.stateDetails.transitionID = UUID()
    while true {
      let answer: Prefect.OrchestrationResult
      do { answer = try await client.setFlowRunState(id, running) } catch {
        guard isWorthWaiting(error, since: start, run.options.patience),
          await wait(until: clock.now().addingTimeInterval(1))
        else { throw error }
        continue
      }
      let step = FinalState.step(
        after: answer, to: running.stateDetails.transitionID, now: clock.now())
      // Each proposal is one of its own, but for those whose answer did not arrive.
      running.stateDetails.transitionID = UUID()
      switch step {
      case .accepted: return true
      case .again(let delay):
        say(.info, "run \(id.wire) may start in \(delay.inWords)")
        guard await wait(until: clock.now().addingTimeInterval(delay.seconds)) else {
          return try await giveUp()
        }
      case .retry(let date): guard await wait(until: date) else { return try await giveUp() }
      case .cancel:
        try await conclude(
          FinalState.state(of: .cancelled, cancelledBecause: "Cancelled before it started."))
        return false
      case .leave(let reason):
        say(.warning, "run \(id.wire) may not start: \(reason)")
        return false
      }
    }
  }

  /// Waits for the time of a repetition, and proposes RUNNING. Gives whether the run is this process's.
  private func enterAgain(at date: Date) async throws -> Bool {
    guard await wait(until: date) else { return try await giveUp() }
    // The server would let a run that somebody has ended begin again.
    if let state = try? await client.flowRun(id).state, let reason = FinalState.stop(for: state) {
      run.stopSwitch.stop(reason)
      return try await giveUp()
    }
    return try await enterRunning()
  }

  /// The end of a run that is stopped while it waits: it is cancelled, but where somebody else has ended it. Gives false.
  private func giveUp() async throws -> Bool {
    switch run.stopSwitch.reason {
    case .cancelling?, .interrupted?:
      try await conclude(FinalState.state(of: .cancelled, cancelledBecause: cancellationReason))
    case .ended(let state)?: say(.warning, "somebody else has ended the run: it is \(state)")
    case .suspended?, nil: break
    }
    return false
  }

  /// Calls until it succeeds, as long as failures may pass and there is time.
  private func patiently<Answer>(
    _ patience: Duration, _ call: () async throws -> Answer
  ) async throws -> Answer {
    let start = clock.now()
    while true {
      do { return try await call() } catch {
        guard isWorthWaiting(error, since: start, patience, isKnown: false) else { throw error }
        try await clock.sleep(for: .seconds(1))
      }
    }
  }

  /// Whether a failure may pass, and there is time left to wait for that. A process that was asked to stop has little.
  ///
  /// - Parameter isKnown: whether the API has let this run begin: what a proxy answers instead of it, or a login that is
  ///   refused now, is then no wrong setting but something that may pass.
  func isWorthWaiting(
    _ error: any Error, since start: Date, _ patience: Duration, isKnown: Bool = true
  ) -> Bool {
    let patience = run.stopSwitch.reason == .interrupted ? min(patience, .seconds(5)) : patience
    let isOfTheWay =
      (error as? PrefectFailure).map { $0.kind == .configuration && !$0.isNotFound } ?? false
    let mayPass = FailureKind(of: error) == .transient || isKnown && isOfTheWay
    return mayPass && clock.now().timeIntervalSince(start) < patience.seconds
  }

  /// Waits, unless the run is stopped. Gives whether it was not.
  private func wait(until date: Date) async -> Bool {
    let seconds = max(0, date.timeIntervalSince(clock.now()))
    let sleep = Task { try await clock.sleep(for: .seconds(seconds)) }
    run.stopSwitch.connect { sleep.cancel() }
    let result = await sleep.result
    run.stopSwitch.connect(nil)
    if case .failure = result { return false }
    return run.stopSwitch.reason == nil
  }

  /// Asks the server again and again whether the run is to be stopped.
  private func watch() async {
    while !Task.isCancelled {
      do {
        try await clock.alarm(at: clock.now().addingTimeInterval(run.options.watchInterval.seconds))
      } catch { return }
      // An API that is away says nothing about the run; the next answer counts.
      guard let state = try? await client.flowRun(id).state, let reason = FinalState.stop(for: state) else {
        continue
      }
      guard !Task.isCancelled else { return }
      run.stopSwitch.stop(reason)
      if case .cancelling = reason { continue }
      return
    }
  }

  private func beat(_ reporter: PrefectReporter) async {
    guard let interval = run.options.heartbeat else { return }
    while !Task.isCancelled {
      reporter.heartbeat()
      do { try await clock.alarm(at: clock.now().addingTimeInterval(interval.seconds)) } catch { return }
    }
  }

  func say(_ level: Log.Level, _ text: String, _ reporter: PrefectReporter? = nil) {
    let line = Log.Line(level: level, label: "prefect.flow_runs", message: Redaction.redact(text))
    reporter?.log(line, at: clock.now())
    console.log(line, at: clock.now())
  }
}
