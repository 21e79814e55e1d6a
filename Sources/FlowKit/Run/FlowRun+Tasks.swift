import Essentials
import Foundation

extension FlowRun {
  /// Runs a piece of work under a name: it is reported, retried where its failure is transient, and cancelled with
  /// the run.
  public func task<Result: Sendable>(
    _ name: String, retry: Retry = .never, _ body: @Sendable (TaskRun) async throws -> Result
  ) async throws -> Result {
    try await task(name, options: TaskOptions(retry: retry), body)
  }

  /// The same with a timeout, a limit or tags.
  public func task<Result: Sendable>(
    _ name: String, options: TaskOptions, _ body: @Sendable (TaskRun) async throws -> Result
  ) async throws -> Result {
    let identity = identity(ofTask: name, tags: options.tags)
    return try await TaskIdentity.$current.withValue(identity) {
      guard let limit = options.limit else { return try await attempts(identity, options, body) }
      return try await limit.hold { try await attempts(identity, options, body) }
    }
  }

  private func attempts<Result: Sendable>(
    _ identity: TaskIdentity, _ options: TaskOptions, _ body: @Sendable (TaskRun) async throws -> Result
  ) async throws -> Result {
    let start = clock.now()
    reporter.taskStarted(identity)
    var attempt = 1
    while true {
      let task = TaskRun(identity: identity, runLog: log, attempt: attempt)
      do {
        try Task.checkCancellation()
        let result = try await RetryScope.$isLeftToTask.withValue(options.retry.retries > 0) {
          guard !options.tags.isEmpty else { return try await timed(task, options.timeout, body) }
          return try await withoutActuallyEscaping(body) { body in
            try await services[TagLimitService.self].hold(options.tags, in: self) {
              try await timed(task, options.timeout, body)
            }
          }
        }
        reporter.taskFinished(identity, .completed(attempts: attempt, elapsed(since: start)))
        return result
      } catch {
        if error is CancellationError || Task.isCancelled {
          reporter.taskFinished(identity, .cancelled)
          throw CancellationError()
        }
        guard
          let wait = options.retry.wait(
            after: error, attempt: attempt, elapsed: elapsed(since: start), random: random())
        else {
          reporter.taskFinished(identity, .failed(attempts: attempt, elapsed(since: start), error))
          throw error
        }
        task.log.warning("attempt \(attempt) failed: \(error). Next attempt in \(wait.inWords)")
        do { try await clock.sleep(for: wait) } catch {
          reporter.taskFinished(identity, .cancelled)
          throw error
        }
        attempt += 1
      }
    }
  }

  private func timed<Result: Sendable>(
    _ task: TaskRun, _ timeout: Duration?, _ body: @Sendable (TaskRun) async throws -> Result
  ) async throws -> Result {
    guard let timeout else { return try await body(task) }
    return try await TimeLimit.keep(timeout, for: "task \(task.identity.name)", clock: clock) {
      try await body(task)
    }
  }

  private func elapsed(since start: Date) -> Duration { .seconds(clock.now().timeIntervalSince(start)) }
}
