public import Essentials

/// What a map does when a task fails.
public enum MapFailures: Sendable {
  /// The first failure cancels the tasks that run, and those that wait never start.
  case cancelRest
  /// All tasks run; what failed is gathered into one ``GatheredFailures``.
  case gather
}

/// The tasks of a map that failed, and why.
public struct GatheredFailures: Failure {
  /// By the item's place.
  public let failures: [(index: Int, error: any Error)]
  /// How many tasks there were.
  public let count: Int

  /// The kind that stops most: a fault before a misconfiguration, before a rejection, before what may pass.
  public var kind: FailureKind {
    let kinds = Set(failures.map { FailureKind(of: $0.error) })
    return [.fault, .configuration, .rejected].first { kinds.contains($0) } ?? .transient
  }

  public var message: String {
    let shown = failures.prefix(5).map { "item \($0.index): \($0.error)" }.joined(separator: "; ")
    return "\(failures.count) of \(count) tasks failed: \(shown)\(failures.count > 5 ? "; ..." : "")"
  }
}

extension FlowRun {
  /// Runs one task for each item, so many at a time. The results are in the order of the items; the first failure
  /// cancels the rest.
  public func map<Item: Sendable, Result: Sendable>(
    _ name: String, _ items: some Sequence<Item>, width: Int = 8, retry: Retry = .never,
    failures: MapFailures = .cancelRest, _ body: @escaping @Sendable (Item, TaskRun) async throws -> Result
  ) async throws -> [Result] {
    try await map(name, items, width: width, options: TaskOptions(retry: retry), failures: failures, body)
  }

  /// The same with a timeout, a limit or tags for each task.
  public func map<Item: Sendable, Result: Sendable>(
    _ name: String, _ items: some Sequence<Item>, width: Int = 8, options: TaskOptions,
    failures: MapFailures = .cancelRest, _ body: @escaping @Sendable (Item, TaskRun) async throws -> Result
  ) async throws -> [Result] {
    guard width > 0 else {
      throw Fault("map \"\(name)\" of flow \(flowName) has width \(width)", remedy: "Use 1 or more.")
    }
    let outcomes = try await withThrowingTaskGroup(of: (Int, Swift.Result<Result, any Error>).self) { group in
      var outcomes: [Swift.Result<Result, any Error>?] = []
      var waiting = items.makeIterator()
      func startNext() {
        guard let item = waiting.next() else { return }
        let place = outcomes.count
        outcomes.append(nil)
        group.addTask {
          do {
            return (place, .success(try await task(name, options: options) { try await body(item, $0) }))
          } catch {
            if failures == .cancelRest || error is CancellationError { throw error }
            return (place, .failure(error))
          }
        }
      }
      for _ in 0..<width { startNext() }
      while let (place, outcome) = try await group.next() {
        outcomes[place] = outcome
        startNext()
      }
      return outcomes.compactMap { $0 }
    }
    var failed: [(index: Int, error: any Error)] = []
    let results = outcomes.enumerated().compactMap { index, outcome -> Result? in
      switch outcome {
      case .success(let result): return result
      case .failure(let error):
        failed.append((index, error))
        return nil
      }
    }
    guard failed.isEmpty else { throw GatheredFailures(failures: failed, count: outcomes.count) }
    return results
  }
}
