/// Waits until the task is cancelled, for what a test needs to be under way and never to end by itself.
///
/// - Throws: `CancellationError`, always.
public func untilCancelled() async throws {
  let (nothing, continuation) = AsyncStream<Void>.makeStream()
  for await _ in nothing {}
  // The stream would end by itself where nobody could add to it any more.
  withExtendedLifetime(continuation) {}
  throw CancellationError()
}
