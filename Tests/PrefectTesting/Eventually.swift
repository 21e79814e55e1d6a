/// Asks until there is an answer: for what other processes and servers do by themselves. Nil where there is none in
/// time, which is longer than the minute for which Prefect's server on SQLite stands still now and then.
package func eventually<Answer>(
  within limit: Duration = .seconds(150), every pause: Duration = .milliseconds(50),
  _ ask: () async throws -> Answer?
) async throws -> Answer? {
  let end = ContinuousClock.now + limit
  while ContinuousClock.now < end {
    if let answer = try await ask() { return answer }
    // What another process or a server has done by itself, nobody tells us: there is no event and no clock of ours in it.
    try await Task.sleep(for: pause)
  }
  return try await ask()
}
