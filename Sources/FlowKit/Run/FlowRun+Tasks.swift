import Essentials

extension FlowRun {
  /// Runs a piece of work under a name: it is reported, retried where its failure is transient, and cancelled with
  /// the run.
  public func task<Result: Sendable>(
    _ name: String, retry: Retry = .never, _ body: @Sendable (TaskRun) async throws -> Result
  ) async throws -> Result {
    let identity = identity(ofTask: name)
    let start = ContinuousClock.now
    reporter.taskStarted(identity)
    var attempt = 1
    while true {
      let taskLog = log.named(name)
      do {
        try Task.checkCancellation()
        let result = try await body(TaskRun(identity: identity, log: taskLog, attempt: attempt))
        reporter.taskFinished(identity, .completed(attempts: attempt, .now - start))
        return result
      } catch {
        if error is CancellationError || Task.isCancelled {
          reporter.taskFinished(identity, .cancelled)
          throw CancellationError()
        }
        guard let wait = retry.wait(after: error, attempt: attempt) else {
          reporter.taskFinished(identity, .failed(attempts: attempt, .now - start, error))
          throw error
        }
        taskLog.warning("attempt \(attempt) failed: \(error). Next attempt in \(wait.inWords)")
        do { try await clock.sleep(for: wait) } catch {
          reporter.taskFinished(identity, .cancelled)
          throw error
        }
        attempt += 1
      }
    }
  }

  /// Runs one task for each item, so many at a time. The results are in the order of the items; the first failure
  /// cancels the rest.
  public func map<Item: Sendable, Result: Sendable>(
    _ name: String, _ items: some Sequence<Item>, width: Int = 8, retry: Retry = .never,
    _ body: @escaping @Sendable (Item, TaskRun) async throws -> Result
  ) async throws -> [Result] {
    guard width > 0 else { throw Fault("map \"\(name)\" of flow \(flowName) has width \(width)", remedy: "Use 1 or more.") }
    return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
      var results: [Result?] = []
      var waiting = items.makeIterator()
      func startNext() {
        guard let item = waiting.next() else { return }
        let place = results.count
        results.append(nil)
        group.addTask { (place, try await task(name, retry: retry) { try await body(item, $0) }) }
      }
      for _ in 0..<width { startNext() }
      while let (place, result) = try await group.next() {
        results[place] = result
        startNext()
      }
      return results.compactMap { $0 }
    }
  }
}

extension ContinuousClock.Instant {
  fileprivate static func - (left: Self, right: Self) -> Duration { right.duration(to: left) }
}
