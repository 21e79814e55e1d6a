public import JSON

extension FlowRun {
  /// A value that is set outside of flows and shared by all of them; nil where nobody set it.
  public func variable(_ name: String) async throws -> JSONValue? {
    try await readState(StateKey.variable(name))
  }

  /// Sets a variable; nil removes it.
  public func setVariable(_ name: String, to value: JSONValue?) async throws {
    try await writeState(StateKey.variable(name), value)
  }

  /// How far the runs of this flow have come; nil before the first time.
  public func watermark(_ name: String) async throws -> JSONValue? {
    try await readState(StateKey.watermark(name, flow: flowName))
  }

  /// Moves a watermark. Call it after the work up to there is safe, never before.
  public func setWatermark(_ name: String, to value: JSONValue) async throws {
    try await writeState(StateKey.watermark(name, flow: flowName), value)
  }

  private func readState(_ key: String) async throws -> JSONValue? {
    guard let bytes = try await context.state.read(key) else { return nil }
    do { return try JSONValue(parsing: bytes) } catch {
      throw Fault("the stored state \(key) is \(error)", remedy: "Remove it; the next run writes it anew.")
    }
  }

  private func writeState(_ key: String, _ value: JSONValue?) async throws {
    try await context.state.write(key, value?.bytes())
  }
}
