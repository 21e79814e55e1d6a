import ArgumentParser
import FoundationEssentials
import PrefectAPI
import PrefectClient

/// `sluice deployment ls`.
struct DeploymentListCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists deployments.")

  @Option(help: "Those of this flow only; more than once.")
  var flowName: [String] = []
  @Flag(help: "The newest first, instead of by name.")
  var byCreated = false
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    var filters = Prefect.Filters()
    if !flowName.isEmpty {
      filters.flows = Prefect.FlowFilter()
      filters.flows?.name = .any(flowName)
    }
    let deployments = try await server.deployments(filters, sort: byCreated ? .createdDesc : .nameAsc)
    let names = try await server.flowNames(deployments.map(\.flowID))
    func title(_ deployment: Prefect.Deployment) -> String {
      "\(names[deployment.flowID] ?? deployment.flowID.wire)/\(deployment.name)"
    }
    let sorted = byCreated ? deployments : deployments.sorted { title($0) < title($1) }
    try output.show(
      sorted, none: "No deployments found.", ["Name", "ID", "Work pool", "Schedules", "Paused"]
    ) { deployment in
      let active = deployment.schedules.count(where: \.active)
      let total = deployment.schedules.count
      return [
        title(deployment), deployment.id.wire, deployment.workPoolName ?? "",
        active == total ? "\(total)" : "\(total), \(active) active", deployment.paused ? "yes" : "no",
      ]
    }
  }
}

extension PrefectClient {
  /// The names of some flows.
  func flowNames(_ ids: [UUID]) async throws -> [UUID: String] {
    var names: [UUID: String] = [:]
    let unique = Array(Set(ids))
    for start in stride(from: 0, to: unique.count, by: 200) {
      var filters = Prefect.Filters()
      filters.flows = Prefect.FlowFilter()
      filters.flows?.id = .any(Array(unique[start..<min(start + 200, unique.count)]))
      for flow in try await flows(filters) { names[flow.id] = flow.name }
    }
    return names
  }
}
