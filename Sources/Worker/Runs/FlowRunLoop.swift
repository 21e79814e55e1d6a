import Essentials
import FoundationEssentials
import PrefectAPI
import PrefectClient

/// Asks for runs, claims them, and looks after them until they are reported: what a worker and a process that serves
/// flows have in common.
package actor FlowRunLoop {
  package struct Options: Sendable {
    /// How many runs at once; nil without a limit.
    package var limit: Int?
    package var rhythm: PollRhythm
    /// How often the server is asked whether somebody cancelled a run.
    package var cancelInterval: Duration = .seconds(2)
    package var drain: DrainPolicy

    package init(limit: Int? = nil, rhythm: PollRhythm, drain: DrainPolicy = DrainPolicy()) {
      self.limit = limit
      self.rhythm = rhythm
      self.drain = drain
    }
  }

  let source: any RunSource
  let world: RunWorld
  let options: Options
  private let jobs: JobReader
  private let nap: Nap
  let log: Log
  var runs: [UUID: ClaimedRun] = [:]
  /// Runs that this loop is about to claim, with the moment.
  private var expected: [UUID: Task<Void, Never>] = [:]
  var lives: [UUID: Task<Void, Never>] = [:]
  private var isStopping = false
  private var headStart = HeadStart(most: ProcessInfo.processInfo.activeProcessorCount)
  private var failures = 0
  /// What the loop waits for the API with at the moment: stopping does not wait for it.
  private var asking: Task<Void, any Error>?
  /// Makes the source ready: before that it has no template.
  private var preparing: Task<Void, any Error>?

  package init(_ source: any RunSource, world: RunWorld, options: Options) {
    self.source = source
    self.world = world
    self.options = options
    log = world.log
    jobs = JobReader(world.client, environment: world.environment)
    nap = Nap(world.clock)
  }

  /// How many runs are in hand.
  package var count: Int { runs.count }

  // MARK: The loop

  /// Works until it is told to ``stop()`` or its task is cancelled, then drains.
  ///
  /// - Throws: what makes work impossible from the beginning: a wrong login, a pool of another type.
  package func run() async throws {
    world.journal.clean(now: world.clock.now())
    let preparing = Task { try await prepare() }
    self.preparing = preparing
    takeUp()
    try await withTaskCancellationHandler {
      try await preparing.value
    } onCancel: {
      preparing.cancel()
    }
    let companions = [
      Task { await heartbeats() },
      Task { await watchCancellations() },
    ]
    while !isStopping, !Task.isCancelled {
      do {
        try await interruptibly { await self.poll() }
      } catch {
        break
      }
      await nap.sleep(for: options.rhythm.wait(afterFailures: failures, random: .random(in: 0..<1)))
    }
    isStopping = true
    for task in expected.values { task.cancel() }
    expected = [:]
    if Task.isCancelled {
      for life in lives.values { life.cancel() }
    } else {
      await drain()
    }
    for companion in companions { companion.cancel() }
    // A heartbeat that is on its way must not undo what closing does.
    for companion in companions { await companion.value }
    await closeSource()
    world.journal.close()
  }

  /// What is left to say to the server when work has ended: briefly, for the process is to end.
  private func closeSource() async {
    let closing = Task { [source] in await source.close() }
    let limit = Task { [clock = world.clock] in
      do { try await clock.sleep(for: .seconds(2)) } catch { return }
      closing.cancel()
    }
    await closing.value
    limit.cancel()
  }

  /// Lets the loop come to its end.
  package func stop() async {
    isStopping = true
    asking?.cancel()
    await nap.wake()
  }

  private func interruptibly(_ work: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await work() }
    asking = task
    defer { asking = nil }
    try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private func prepare() async throws {
    var attempt = 0
    while !isStopping {
      do {
        return try await interruptibly { [source] in try await source.prepare() }
      } catch is CancellationError {
        return
      } catch {
        // What the server has answered will not change by itself; that it is away will.
        guard FailureKind(of: error) == .transient else { throw error }
        attempt += 1
        if attempt == 1 { log.warning("\(source.name): \(error); tried again until the API is there") }
        await nap.sleep(for: options.rhythm.backoff.delay(afterAttempt: attempt))
      }
    }
  }

  private func poll() async {
    let now = world.clock.now()
    let slots = freeSlots
    do {
      // A little ahead, so that a run starts at its time and not up to an interval after it.
      let found = try await source.runs(
        before: now.addingTimeInterval(options.rhythm.interval.seconds * 1.5),
        limit: slots.map { $0 + 20 } ?? 100)
      if failures > 0 { log.info("\(source.name): the API is back") }
      failures = 0
      world.figures.polled(at: world.clock.now())
      await admit(found)
    } catch is CancellationError {
      return
    } catch {
      failures += 1
      world.figures.pollFailed()
      if failures == 1 { log.warning("\(source.name): \(error); asked again until it is answered") }
      if (error as? PrefectFailure)?.isNotFound == true {
        do { try await source.prepare() } catch { log.warning("\(source.name): \(error)") }
      }
    }
  }

  private var freeSlots: Int? { options.limit.map { max(0, $0 - runs.count) } }

  private func admit(_ found: [Prefect.FlowRun]) async {
    let (ready, later) = Admission.sort(
      found.map { Admission.Candidate($0.id, due: $0.nextScheduledStartTime ?? $0.expectedStartTime) },
      known: Set(runs.keys).union(expected.keys), slots: freeSlots, now: world.clock.now())
    for (id, due) in later {
      guard let run = found.first(where: { $0.id == id }) else { continue }
      expected[id] = Task {
        do { try await world.clock.alarm(at: due) } catch { return }
        await come(run)
      }
    }
    for id in ready where !isStopping {
      if let run = found.first(where: { $0.id == id }) { await claim(run) }
    }
  }

  /// The time of a run has come. The server is asked once more: since it was found its pool may have been paused, or have
  /// reached its limit, which the server looks at in polls only. Where there is no slot the next poll finds it again.
  private func come(_ run: Prefect.FlowRun) async {
    guard expected.removeValue(forKey: run.id) != nil, !isStopping, freeSlots != 0 else { return }
    do {
      let due = try await source.runs(
        before: world.clock.now().addingTimeInterval(1), limit: freeSlots ?? 100)
      guard due.contains(where: { $0.id == run.id }), !isStopping, freeSlots != 0 else { return }
      await claim(run)
    } catch {
      log.debug("\(run.name) is looked for again in the next poll: \(error)")
    }
  }

  // MARK: One run

  private func claim(_ run: Prefect.FlowRun) async {
    guard runs[run.id] == nil else { return }
    let begin = world.clock.now()
    let record = RunRecord(id: run.id, name: run.name, transition: UUID())
    // Before the server knows: a worker that is killed now finds its claim again.
    do { try world.journal.write(record) } catch { return log.error("\(run.name) is not claimed: \(error)") }
    let claimed = ClaimedRun(record, world: world)
    runs[run.id] = claimed
    world.figures.began()
    lives[run.id] = Task {
      await live(claimed) { try await self.propose(run, record, since: begin, claimed) }
    }
  }

  /// Claims a run at the server, and starts it where the answer is yes.
  ///
  /// - Returns: whether there is a process to look after.
  private func propose(
    _ run: Prefect.FlowRun, _ record: RunRecord, since begin: Date, _ claimed: ClaimedRun
  ) async throws -> Bool {
    // Before the claim, so that the process starts as soon as the server has said yes.
    let job = await Self.result { [jobs, source] in
      try await jobs.job(of: run, template: await source.template)
    }
    if case .failure(let failure as PrefectFailure) = job, failure.isNotFound {
      // The server lets nobody claim it, and each poll would find it again.
      try await claimed.settle(.deploymentGone)
      return false
    }
    var proposal = Prefect.StateCreate(.pending)
    proposal.stateDetails.transitionID = record.transition
    let state = proposal
    let answer: Prefect.OrchestrationResult
    do {
      answer = try await withHeadStart(job, run, claimed) {
        try await self.world.client.setFlowRunState(run.id, state)
      }
    } catch let failure as PrefectFailure where failure.isNotFound || failure.kind == .rejected {
      headStart.learn(isClaimed: false)
      log.warning("\(run.name) is not claimed: \(failure)")
      return false
    } catch let error as CancellationError {
      throw error
    } catch {
      log.warning("\(run.name): whether it is claimed is open: \(error)")
      // That may take long.
      await claimed.dismiss()
      return try await resume(record, claimed)
    }
    let isClaimed = answer.status == .accept && answer.state?.type == .pending
    headStart.learn(isClaimed: isClaimed)
    guard isClaimed else {
      log.info(
        "\(run.name) is not claimed: \(answer.details.reason ?? "it is \(answer.state?.displayName ?? "gone")")"
      )
      return false
    }
    world.figures.claimed()
    return try await start(run, job, since: begin, claimed)
  }

  /// Claims a run while its process starts, where that waits.
  private func withHeadStart<Answer: Sendable>(
    _ job: Result<JobReader.Job, any Error>, _ run: Prefect.FlowRun, _ claimed: ClaimedRun,
    _ claim: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    guard case .success(let known) = job, claimed.canBeHeld(known), headStart.take() else {
      return try await claim()
    }
    defer { headStart.giveBack() }
    async let answer = claim()
    await claimed.hold(known, of: run)
    return try await answer
  }

  /// - Returns: whether there is a process to look after.
  private func start(
    _ run: Prefect.FlowRun, _ job: Result<JobReader.Job, any Error>, since begin: Date, _ claimed: ClaimedRun
  ) async throws -> Bool {
    do {
      let known: JobReader.Job
      switch job {
      case .success(let found): known = found
      case .failure(let failure as PrefectFailure) where !failure.isNotFound:
        // Claimed, but the server did not say what to start.
        log.warning("\(run.name): \(failure)")
        let answer = try await world.untilAnswered("\(run.name): reading its deployment") { [jobs, source] in
          try await jobs.job(of: run, template: await source.template)
        }
        guard let answer else { throw ReportRule.Obstacle.deploymentGone }
        known = answer
      case .failure(is PrefectFailure): throw ReportRule.Obstacle.deploymentGone
      case .failure(let error): throw error
      }
      if isStopping {
        // Claimed a moment before, or while the API was slow: for another worker, or the next one of this name.
        guard let reason = options.drain.reason else { throw CancellationError() }
        await claimed.end(reason)
      }
      try await claimed.start(known, of: run)
      world.figures.started(after: world.clock.now().timeIntervalSince(begin))
      return true
    } catch let error as CancellationError {
      throw error
    } catch let obstacle as ReportRule.Obstacle {
      try await claimed.settle(obstacle)
      return false
    } catch {
      try await claimed.settle(.problem("\(error)"))
      return false
    }
  }

  private static func result<Value: Sendable>(
    _ work: @Sendable () async throws -> Value
  ) async -> Result<Value, any Error> {
    do { return .success(try await work()) } catch { return .failure(error) }
  }

  /// Looks after a run from its start to its report.
  private func live(_ claimed: ClaimedRun, begin: @Sendable () async throws -> Bool) async {
    var ending: ProcessEnding?
    var outcome = "none"
    do {
      if try await begin() {
        let introduction = Task { await claimed.introduce() }
        defer { introduction.cancel() }
        let ended = try await claimed.live()
        ending = ended
        outcome = try await claimed.settle(ended)?.rawValue ?? outcome
      } else {
        await claimed.dismiss()
        world.journal.forget(claimed.id, keepingOutput: false)
      }
    } catch {
      // Cancelled: the worker stops, and the record is for the next one.
      await claimed.dismiss()
      outcome = "later"
    }
    runs[claimed.id] = nil
    lives[claimed.id] = nil
    world.figures.ended(ending, outcome: outcome)
    // There may be runs that have waited for this slot.
    if options.limit != nil { await nap.wake() }
  }

  // MARK: After a restart

  private func takeUp() {
    for record in world.journal.records() where runs[record.id] == nil {
      let claimed = ClaimedRun(record, world: world)
      runs[record.id] = claimed
      world.figures.began()
      lives[record.id] = Task {
        await live(claimed) {
          if try await claimed.adopt() { return true }
          if await claimed.hasProcess { return true }
          return try await self.resume(record, claimed)
        }
      }
    }
  }

  /// Finds out whether a claim went through whose answer nobody has seen, and goes on with it.
  private func resume(_ record: RunRecord, _ claimed: ClaimedRun) async throws -> Bool {
    // A run of the worker before this one, too, is started by what the pool says.
    try await preparing?.value
    let begin = world.clock.now()
    let run = try await world.untilAnswered("\(record.name): asking whether it is claimed") {
      try await world.client.flowRun(record.id)
    }
    guard let run, let state = run.state, state.type == .pending,
      state.details.transitionID == record.transition
    else { return false }
    world.figures.claimed()
    let job = await Self.result { [jobs, source] in
      try await jobs.job(of: run, template: await source.template)
    }
    return try await start(run, job, since: begin, claimed)
  }
}
