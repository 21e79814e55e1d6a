import Essentials
import Foundation

extension FlowRun {
  /// A task whose result is kept under a key: where an earlier run left one that still counts, it is given back and
  /// the work is not done again.
  public func task<Result: Codable & Sendable>(
    _ name: String, cache key: CacheKey, options: TaskOptions = TaskOptions(),
    _ body: @Sendable (TaskRun) async throws -> Result
  ) async throws -> Result {
    let place = StateKey.taskResult(key.text, task: name, flow: flowName)
    if let bytes = try await context.state.read(place) {
      // A result that cannot be read any more was kept by another version of the flow: the work is done again.
      if let kept = try? JSONDecoder().decode(KeptResult<Result>.self, from: Data(bytes)),
        kept.counts(at: clock.now())
      {
        let identity = identity(ofTask: name)
        reporter.taskStarted(identity)
        reporter.taskFinished(identity, .cached)
        log.named(name).debug("the result is kept under \(key.text)")
        return kept.result
      }
    }
    let result = try await task(name, options: options, body)
    let kept = KeptResult(
      result: result, expires: key.lifetime.map { clock.now().addingTimeInterval($0.seconds) })
    try await context.state.write(place, Array(JSONEncoder().encode(kept)))
    return result
  }
}

private struct KeptResult<Result: Codable>: Codable {
  let result: Result
  let expires: Date?

  func counts(at now: Date) -> Bool { expires.map { now < $0 } ?? true }
}
