/// Asks until there is an answer: for what the system or a server does by itself. Nil where there is none in time.
func eventually<Answer>(
  within limit: Duration = .seconds(30), _ ask: () async throws -> Answer?
) async throws -> Answer? {
  let end = ContinuousClock.now + limit
  while ContinuousClock.now < end {
    if let answer = try await ask() { return answer }
    try await Task.sleep(for: .milliseconds(10))
  }
  return try await ask()
}
