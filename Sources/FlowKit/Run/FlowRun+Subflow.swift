public import JSON

extension FlowRun {
  /// Runs another flow as a run of its own within this one: with its own id, tasks and timeout, the same blocks,
  /// services and clock. Cancelling this run cancels it.
  public func subflow<Definition: Flow>(
    _ flow: Definition.Type, _ parameters: JSONObject = [:]
  ) async throws -> Definition.Output {
    let flow = try Definition.with(parameters)
    let id = makeID()
    var context = context
    context.reporter = reporter.reporter(
      forSubflow: id, flow: Definition.name, parameters: try flow.parameters)
    let run = FlowRun(
      id: id, flowName: Definition.name, label: "\(log.label)/\(Definition.name)", context: context)
    reporter.subflowStarted(run.id, flow: Definition.name, parent: self.id)
    do {
      let result = try await TaskIdentity.$current.withValue(nil) { try await run.execute(flow) }
      reporter.subflowFinished(run.id, nil)
      return result
    } catch {
      reporter.subflowFinished(run.id, error)
      throw error
    }
  }

  /// Runs a flow as this run, within its timeout.
  package func execute<Definition: Flow>(_ flow: Definition) async throws -> Definition.Output {
    try await TimeLimit.keep(Definition.timeout, for: "flow \(Definition.name)", clock: clock) {
      try await flow.run(self)
    }
  }
}
