import ArgumentParser
import FoundationEssentials
import PrefectAPI
import PrefectClient

/// `sluice flow-run ls`.
struct FlowRunListCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists flow runs, the latest expected first.")

  @Option(help: "Those of this flow only; more than once.")
  var flowName: [String] = []
  @Option(help: ArgumentHelp("Those of this deployment only.", valueName: "flow/name|id"))
  var deployment: String?
  @Option(help: "Those in a state of this name only, such as Late; more than once.")
  var state: [String] = []
  @Option(help: "Those in a state of this type only, such as RUNNING; more than once.")
  var stateType: [String] = []
  @Option(
    name: [.customShort("p"), .customLong("pool")], help: "Those of this work pool only; more than once.")
  var pool: [String] = []
  @Option(help: "How many at most.")
  var limit = 15
  @OptionGroup var output: OutputOptions

  func validate() throws {
    let known: [Prefect.StateType] = [
      .scheduled, .pending, .running, .completed, .failed, .cancelled, .crashed, .paused, .cancelling,
    ]
    if let unknown = stateType.first(where: { !known.map(\.rawValue).contains($0.uppercased()) }) {
      throw ValidationError(
        "--state-type \(unknown): expected one of \(known.map(\.rawValue).joined(separator: ", "))")
    }
    guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
  }

  func perform(on server: PrefectClient) async throws {
    var filters = Prefect.Filters()
    if !flowName.isEmpty {
      filters.flows = Prefect.FlowFilter()
      filters.flows?.name = .any(flowName)
    }
    if !pool.isEmpty {
      filters.workPools = Prefect.WorkPoolFilter()
      filters.workPools?.name = .any(pool)
    }
    var runs = Prefect.FlowRunFilter()
    if let deployment { runs.deploymentID = .any(try await server.existingDeployment(deployment).id) }
    if !state.isEmpty || !stateType.isEmpty {
      runs.state = Prefect.StateFilter(
        type: stateType.isEmpty ? nil : .any(stateType.map { Prefect.StateType(rawValue: $0.uppercased()) }),
        name: state.isEmpty ? nil : .any(state.map(Prefect.StateName.written)))
    }
    filters.flowRuns = runs
    let found = try await server.flowRuns(filters, sort: .expectedStartTimeDesc, limit: limit)
    let names = try await server.flowNames(found.map(\.flowID))
    let now = Date()
    try output.show(found, none: "No flow runs found.", ["ID", "Flow", "Name", "State", "When"]) { run in
      [
        run.id.wire, names[run.flowID] ?? "", run.name, run.state?.displayName ?? run.stateName ?? "",
        Words.when(
          run.state?.type == .scheduled
            ? run.nextScheduledStartTime ?? run.expectedStartTime : run.state?.timestamp, now: now),
      ]
    }
  }
}

extension Prefect.StateName {
  private static let known = [
    scheduled, late, awaitingRetry, awaitingConcurrencySlot, resuming, pending, submitting,
    infrastructurePending,
    running, retrying, rerunning, completed, cached, failed, cancelled, crashed, paused, suspended, notReady,
    cancelling, "TimedOut", "Misconfigured", "RolledBack", "Skipped", "Retry",
  ]

  /// A name as the server writes it, however the case is; names of a flow's own stay as they are.
  fileprivate static func written(_ name: String) -> String {
    known.first { $0.lowercased() == name.lowercased() } ?? name
  }
}
