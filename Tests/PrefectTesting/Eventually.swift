/// Asks until there is an answer: for what other processes and servers do by themselves. Nil where there is none in
/// time, which is longer than the minute for which Prefect's server on SQLite stands still now and then.
package func eventually<Answer>(
  within limit: Duration = .seconds(150), every pause: Duration = .milliseconds(50),
  _ ask: () async throws -> Answer?
) async throws -> Answer? {
  let end = ContinuousClock.now + limit
  while ContinuousClock.now < end {
    if let answer = try await ask() { return answer }
    try await Task.sleep(for: pause)
  }
  return try await ask()
}
