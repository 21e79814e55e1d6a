import UnixSignals

/// SIGINT and SIGTERM as cancellation.
enum Interruption {
  /// Does some work, which is cancelled when the process is asked to stop.
  static func cancelling<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) async -> Result {
    let task = Task { await work() }
    let watcher = Task {
      for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { task.cancel() }
    }
    defer { watcher.cancel() }
    return await task.value
  }

  /// Returns when the process is asked to stop.
  static func wait() async {
    for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return }
  }
}
