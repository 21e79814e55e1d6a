import Essentials
import FlowKit
import Foundation
import PrefectAPI
import PrefectClient
import Synchronization

/// The limits by tag of a Prefect server (`sluice concurrency-limit create`), as Prefect's own tasks keep them: a slot for each
/// attempt of a task, held by a lease that is renewed while it runs.
final class PrefectTagLimits: TagLimitKeeper {
  /// After which a slot comes free whose process has died.
  static let leaseDuration = Duration.seconds(90)
  private static let renewalInterval = Duration.seconds(30)
  /// How long a tag counts as one without a limit.
  private static let freshness = Duration.seconds(10)
  /// How long a server that is busy, or away, is asked again whether there is a limit: once, until it answers.
  private static let patience = Duration.seconds(20)
  private static let pause = Duration.seconds(2)

  private struct State {
    var unlimited: [String: Date] = [:]
    var limited: Set<String> = []
    var isAway = false
    var hasWarned = false
  }

  private let client: PrefectClient
  private let holder: @Sendable () -> UUID?
  private let state = Mutex(State())

  /// - Parameter holder: the server's id of the task that is being worked on.
  init(_ client: PrefectClient, holder: @escaping @Sendable () -> UUID?) {
    self.client = client
    self.holder = holder
  }

  func hold<Result: Sendable>(
    _ tags: [String], in run: FlowRun, _ work: @Sendable () async throws -> Result
  ) async throws -> Result {
    guard let lease = try await take(tags, run) else { return try await work() }
    let renewing = Task { await renew(lease, run) }
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await work()) } catch { result = .failure(error) }
    renewing.cancel()
    // In a task of its own: a slot is given back where the run is cancelled, too. If it cannot, the lease runs out.
    await Task { [client] in try? await client.releaseConcurrencyLease(lease) }.value
    return try result.get()
  }

  /// Waits for a slot of each tag that has a limit; nil where none has. The time does not count against timeouts.
  private func take(_ tags: [String], _ run: FlowRun) async throws -> UUID? {
    let now = run.clock.now()
    let names = state.withLock { state in
      Set(tags).filter { (state.unlimited[$0] ?? .distantPast) <= now }.sorted()
    }
    guard !names.isEmpty else { return nil }
    let holder = holder().map { Prefect.ConcurrencyLeaseHolder(type: "task_run", id: $0) }
    var hasSaid = false
    var waited = Duration.zero
    while true {
      do {
        let lease = try await client.acquireConcurrencyLease(
          names: names.map { "tag:\($0)" }, duration: Self.leaseDuration, holder: holder)
        learn(names, limited: Set(lease.limits.map(\.name)), run.clock.now())
        return lease.limits.isEmpty ? nil : lease.leaseID
      } catch let failure as PrefectFailure where failure.status == 423 {
        if !hasSaid {
          run.log.info("waits for other tasks with the tags \(names.joined(separator: ", ")) to end")
        }
        hasSaid = true
        try await run.waitUncounted(min(max(failure.retryAfter ?? .seconds(5), .seconds(1)), .seconds(30)))
      } catch let failure as PrefectFailure {
        // Where there is a limit, it counts while the API is away, too; else the run goes on without it.
        let (isLimited, isAway) = state.withLock { (!$0.limited.isDisjoint(with: names), $0.isAway) }
        let isPatient = isLimited || !isAway && waited < Self.patience
        guard isPatient, failure.kind == .transient else {
          state.withLock { $0.isAway = failure.kind == .transient }
          warn("the limits of the tags \(names.joined(separator: ", ")) are not kept: \(failure)", run)
          return nil
        }
        try await run.waitUncounted(Self.pause)
        waited += Self.pause
      }
    }
  }

  private func learn(_ names: [String], limited: Set<String>, _ now: Date) {
    state.withLock { state in
      state.isAway = false
      for name in names {
        if limited.contains("tag:\(name)") {
          state.limited.insert(name)
        } else {
          state.limited.remove(name)
          state.unlimited[name] = now.addingTimeInterval(Self.freshness.seconds)
        }
      }
    }
  }

  private func renew(_ lease: UUID, _ run: FlowRun) async {
    while !Task.isCancelled {
      do {
        try await run.clock.alarm(at: run.clock.now().addingTimeInterval(Self.renewalInterval.seconds))
      } catch { return }
      do {
        try await client.renewConcurrencyLease(lease, duration: Self.leaseDuration)
      } catch {
        guard !Task.isCancelled else { return }
        warn("a slot of a limit could not be kept, and others may take it: \(error)", run)
      }
    }
  }

  /// Once: a run may have thousands of tasks.
  private func warn(_ text: String, _ run: FlowRun) {
    let isFirst = state.withLock { state in
      defer { state.hasWarned = true }
      return !state.hasWarned
    }
    if isFirst { run.log.warning(text) }
  }
}
