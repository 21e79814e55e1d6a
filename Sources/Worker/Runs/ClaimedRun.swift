import Essentials
package import FoundationEssentials
import Glibc
import JSON
import PrefectAPI
import PrefectClient

/// One run that this worker has claimed: from its process to the report.
package actor ClaimedRun {
  package nonisolated let id: UUID
  private var record: RunRecord
  private let world: RunWorld
  private let log: Log
  private var watch: ProcessWatch?
  private var held: HeldProcess?
  private var tail: OutputTail
  private var reason: EndingReason?
  private var wasOver = false
  private var killer: Task<Void, Never>?
  private var sampledPeak = 0
  private var ticks = 0
  /// Whether another worker is to take it up.
  private var isLeft = false

  package init(_ record: RunRecord, world: RunWorld) {
    id = record.id
    self.record = record
    self.world = world
    log = world.log.named(record.name)
    tail = OutputTail(path: world.journal.outputPath(of: record.id), position: record.outputPosition)
    if record.isRequeued { reason = .drainRequeued }
  }

  // MARK: Start

  /// Starts the process of a run that was claimed.
  ///
  /// - Throws: what kept it from starting.
  func start(_ job: JobReader.Job, of run: Prefect.FlowRun) async throws {
    if isLeft { throw CancellationError() }
    if let reason { throw ReportRule.Obstacle.ended(reason) }
    record.streamsOutput = job.configuration.streamsOutput
    record.timeout = job.configuration.timeout
    record.memoryLimit = job.configuration.memoryLimit
    record.started = world.clock.now()
    if letGo() { return }
    await dismiss()
    // Meanwhile it may have been ended, or left to another worker.
    if let reason { throw ReportRule.Obstacle.ended(reason) }
    if isLeft { throw CancellationError() }
    let launch = launch(job, of: run)
    tail = OutputTail.atEnd(of: world.journal.outputPath(of: id))
    record.outputPosition = tail.position
    let process = try ChildProcess.start(
      launch, folder: try folder(of: launch), output: world.journal.outputPath(of: id))
    do {
      watch = try world.watch(process)
    } catch {
      // Nobody would see its end.
      ChildProcess.abandon(process.pid)
      throw error
    }
    record.process = process
    write()
    log.info("started as process \(process.pid): \(launch.words.joined(separator: " "))")
  }

  /// Whether the process of a run waits for the word. Other programs know nothing of it.
  nonisolated func canBeHeld(_ job: JobReader.Job) -> Bool {
    world.waitOption != nil && job.configuration.command == nil
  }

  /// Starts the process of a run that is being claimed: it waits until the run is started, or is dismissed.
  func hold(_ job: JobReader.Job, of run: Prefect.FlowRun) {
    do {
      tail = OutputTail.atEnd(of: world.journal.outputPath(of: id))
      record.outputPosition = tail.position
      let launch = launch(job, of: run, waitingBy: world.waitOption)
      held = try HeldProcess(
        launch, folder: try folder(of: launch), output: world.journal.outputPath(of: id), watch: world.watch)
    } catch {
      // What keeps it from starting is told once the run is claimed.
      log.debug("is not started before it is claimed: \(error)")
    }
  }

  /// Ends the process that waits for a run which is not started.
  func dismiss() async {
    let held = held
    self.held = nil
    await held?.dismiss()
  }

  /// Lets the process that waits begin. Gives false where there is none, or it cannot begin.
  private func letGo() -> Bool {
    guard let held, !held.watch.hasEnded else { return false }
    let process = held.watch.identity
    record.process = process
    record.hasWaited = true
    // First, and with success: a worker after this one takes a process that waits, and is not written down, for one that
    // never began.
    guard write(), held.letGo() else {
      record.process = nil
      record.hasWaited = false
      write()
      return false
    }
    self.held = nil
    watch = held.watch
    log.info("started as process \(process.pid): \(held.words.joined(separator: " "))")
    return true
  }

  private func launch(
    _ job: JobReader.Job, of run: Prefect.FlowRun, waitingBy option: String? = nil
  ) -> Launch {
    let subject = Launch.Subject(
      run, flowName: job.flowName, deploymentName: job.deploymentName, worker: world.worker)
    return Launch(
      subject, job.configuration, ownCommand: world.ownCommand, waitingBy: option,
      inherited: world.environment, settings: world.settings)
  }

  private func folder(of launch: Launch) throws -> String {
    try launch.workingFolder ?? world.journal.makeTemporaryFolder(of: id)
  }

  /// Takes up the process of a worker before this one.
  ///
  /// - Returns: false where it runs no more.
  /// - Throws: `CancellationError`.
  func adopt() async throws -> Bool {
    if record.process == nil,
      let process = ProcessSearch.process(ofRun: id, notWaitingBy: world.waitOption)
    {
      record.process = process
      record.started = record.started ?? world.clock.now()
      write()
    }
    guard let process = record.process, record.ending == nil, let watch = try await world.adopted(process)
    else { return false }
    self.watch = watch
    log.info("taken up: process \(process.pid) was started by a worker before this one")
    if reason != nil { terminate(grace: world.killGrace) }
    return true
  }

  /// Whether a process was started, as far as is known.
  var hasProcess: Bool { record.process != nil }

  // MARK: Life

  /// Watches the process until it has ended, and says nothing yet.
  ///
  /// - Throws: `CancellationError` where it was left to another worker meanwhile.
  func live() async throws -> ProcessEnding {
    if let ending = record.ending { return ending }
    guard let watch else {
      let isSameMachine = record.process?.bootID == ProcessIdentity.currentBootID
      return ProcessEnding(.unknown(isSameMachine ? .whileAway : .restartedMachine))
    }
    let ticker = Task {
      while !Task.isCancelled {
        do { try await world.clock.sleep(for: world.tick) } catch { return }
        look()
      }
    }
    var ending = await watch.ending
    ticker.cancel()
    killer?.cancel()
    if isLeft { throw CancellationError() }
    readOutput()
    if sampledPeak > ending.usage?.peakMemory ?? 0 {
      ending.usage = ProcessUsage(peakMemory: sampledPeak, cpuSeconds: ending.usage?.cpuSeconds ?? 0)
    }
    record.ending = ending
    write()
    log.info("the process \(ending.exitInWords)\(ending.usageInWords)")
    return ending
  }

  private func look() {
    guard !isLeft else { return }
    readOutput()
    guard let watch, let started = record.started else { return }
    if let limit = record.timeout, world.clock.now().timeIntervalSince(started) > limit.seconds {
      end(.timeLimit(limit))
    }
    ticks += 1
    if let peak = ProcessSearch.peakMemory(of: watch.identity.pid) { sampledPeak = max(sampledPeak, peak) }
    // The whole group costs a look at every process of the machine.
    guard record.memoryLimit != nil || ticks % 4 == 0 else { return }
    let used = MemorySize(bytes: watch.group.residentMemory())
    sampledPeak = max(sampledPeak, used.bytes)
    if let limit = record.memoryLimit, used > limit, reason == nil {
      reason = .memoryLimit(limit, used: used)
      log.warning("uses \(used.inWords) of memory, more than its limit of \(limit.inWords): it is killed")
      watch.signal(SIGKILL)
    }
  }

  private func readOutput() {
    let output = world.output
    let isStreamed = record.streamsOutput
    tail.read { if isStreamed { output($0) } }
  }

  // MARK: End

  /// Ends the process: SIGTERM for its group, and SIGKILL after a grace. The first reason counts, and none once the process
  /// has ended: how it did is how the run did, even if the server is still to be told.
  package func end(_ reason: EndingReason, grace: Duration? = nil) {
    guard self.reason == nil, record.ending == nil else { return }
    guard let watch else {
      // It is not to be started any more.
      if record.process == nil { self.reason = reason }
      return
    }
    guard !watch.hasEnded else { return }
    self.reason = reason
    if reason == .drainRequeued {
      record.isRequeued = true
      write()
    }
    log.info("is ended: \(Self.words(reason))")
    terminate(grace: grace ?? world.killGrace)
  }

  /// What the server says of the run now.
  func observe(_ state: Prefect.StateType) {
    if let reason = CancelRule.decide(state, wasOver: wasOver) { end(reason) }
    wasOver = state == .cancelled
  }

  /// Keeps how far the output was repeated, for the worker that takes the process up.
  func leave() {
    readOutput()
    record.outputPosition = tail.position
    write()
    isLeft = true
  }

  private func terminate(grace: Duration) {
    guard let watch else { return }
    watch.signal(SIGTERM)
    // One that is stopped hears nothing before it goes on.
    watch.signal(SIGCONT)
    killer = Task { [clock = world.clock, log] in
      do { try await clock.sleep(for: grace) } catch { return }
      log.warning("did not end within \(grace.inWords) of SIGTERM; its processes are killed")
      watch.signal(SIGKILL)
    }
  }

  private static func words(_ reason: EndingReason) -> String {
    switch reason {
    case .cancelled: "the run was cancelled"
    case .over: "the run is over"
    case .timeLimit(let limit): "it ran longer than \(limit.inWords)"
    case .memoryLimit: "it used too much memory"
    case .drainCancelled: "the worker stops, and cancels it"
    case .drainRequeued: "the worker stops; another will do it again"
    }
  }

  @discardableResult private func write() -> Bool {
    do {
      try world.journal.write(record)
      return true
    } catch {
      log.error("\(error)")
      return false
    }
  }

  // MARK: Report

  /// Tells the server how the run ended, as often as it takes, and forgets it.
  ///
  /// - Returns: what was reported; nil where there was nothing left to say.
  /// - Throws: `CancellationError`; then the record is kept, and the next worker reports.
  func settle(_ ending: ProcessEnding) async throws -> Prefect.StateType? {
    let claim = record.hasWaited ? record.transition : nil
    let reported = try await report { [reason] run in
      ReportRule.report(ending, of: run, reason: reason, claim: claim)
    }
    world.journal.forget(id, keepingOutput: reported == .crashed)
    return reported
  }

  /// Tells the server what becomes of a run that was claimed and is not started.
  func settle(_ obstacle: ReportRule.Obstacle) async throws {
    await dismiss()
    switch obstacle {
    case .problem(let problem): log.error("could not be started: \(problem)")
    case .deploymentGone: log.error("is not started: its deployment is gone")
    case .ended(let reason): log.info("is not started: \(Self.words(reason))")
    }
    _ = try await report { run in ReportRule.report(obstacle, current: run.stateType) }
    world.journal.forget(id, keepingOutput: false)
  }

  /// Reports by a rule, on what the server has of the run.
  ///
  /// - Returns: what was reported; nil where there was nothing left to say.
  private func report(
    _ rule: @Sendable (Prefect.FlowRun) -> ReportRule.Report?
  ) async throws -> Prefect.StateType? {
    while true {
      let run = try await world.untilAnswered("\(record.name): reading its state") { [id] in
        try await world.client.flowRun(id)
      }
      guard let run, let report = rule(run) else { return nil }
      if report.state.type == .crashed, record.process != nil {
        try await sendLastLines(report.state.message ?? "")
      }
      if report.reset == .before { try await forgetAttempt(run) }
      let result = try await propose(report)
      if report.reset == .after { try await forgetAttempt(run) }
      // Cancelled in that very moment: then it is so that it ends.
      if let result, result.status == .reject, result.state?.type == .cancelling { continue }
      return report.state.type
    }
  }

  private func propose(_ report: ReportRule.Report) async throws -> Prefect.OrchestrationResult? {
    var state = report.state
    state.stateDetails.transitionID = UUID()
    if state.type == .scheduled { state.stateDetails.scheduledTime = world.clock.now() }
    let proposal = state
    let result = try await world.untilAnswered("\(record.name): reporting \(state.type)") { [id] in
      try await world.client.setFlowRunState(id, proposal, force: report.isForced)
    }
    if let result {
      let answer =
        result.status == .accept ? "" : ": \(result.status) (\(result.details.reason ?? "no reason"))"
      log.info("reported \(state.type)\(answer)")
    }
    return result
  }

  /// Makes the policy of a run that of one scheduled anew.
  private func forgetAttempt(_ run: Prefect.FlowRun) async throws {
    var update = Prefect.FlowRunUpdate()
    update.empiricalPolicy = run.policy.rescheduled
    let policy = update
    _ = try await world.untilAnswered("\(record.name): having it scheduled anew") { [id] in
      try await world.client.updateFlowRun(id, policy)
    }
  }

  /// The end of the output goes to the run's log: of a program that crashed it is all that tells why.
  private func sendLastLines(_ message: String) async throws {
    let lines = Redaction.redact(tail.lastLines)
    let now = world.clock.now()
    let text = lines.isEmpty ? message : "\(message) The last lines of its output:\n\(lines)"
    let line = Prefect.LogCreate(
      name: "sluice.worker", level: .error, message: text, timestamp: now, flowRunID: id)
    _ = try await world.untilAnswered("\(record.name): sending the end of its output") {
      try await world.client.createLogs([line])
    }
  }

  /// Tells the server which process it is, a moment after it was started: not to be in its way. As often as it takes
  /// while the process runs: without a process the server takes a run that waits for its next attempt for one that
  /// nobody executes.
  func introduce() async {
    guard let pid = record.process?.pid else { return }
    do {
      try await world.clock.sleep(for: .milliseconds(300))
      guard record.ending == nil else { return }
      var update = Prefect.FlowRunUpdate()
      update.infrastructurePid = String(pid)
      let named = update
      _ = try await world.untilAnswered("\(record.name): naming its process") { [id] in
        try await world.client.updateFlowRun(id, named)
      }
      _ = try await world.untilAnswered("\(record.name): naming its worker") { [id] in
        try await world.client.updateFlowRunLabels(
          id, ["prefect.worker.name": .string(world.worker), "prefect.worker.type": "process"])
      }
    } catch {
      // Cancelled: the process has ended, or the worker stops.
    }
  }
}
