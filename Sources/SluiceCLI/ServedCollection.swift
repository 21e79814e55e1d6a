import Deployments
import Essentials
import FlowKit
import JSON
import PrefectAPI
import Worker

/// Flows made ready to be served, by what the command line or a program says.
struct ServedCollection {
  let flows: [ServedFlow]

  /// - Parameters:
  ///   - name: of each flow's deployment; nil is the flow's name with hyphens.
  ///   - parameters: each goes to the flows that have a parameter of that name.
  ///   - schedule: nil leaves the schedules alone that the deployments have.
  init(
    _ flows: [any Flow.Type], name: String?, parameters: JSONObject, schedule: Deployment.Schedule?,
    tags: [String] = [],
    version: String? = nil
  ) throws {
    if let name, name.isEmpty || name.contains("/") {
      throw Misconfiguration("\"\(name)\" is no name of a deployment", remedy: "Use a name without a slash.")
    }
    let names = flows.map { $0.name }
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw Misconfiguration("the flow \(twice) is to be served twice", remedy: "Name it once.")
    }
    let schedule = try schedule.map { try Prefect.DeploymentScheduleCreate(checking: $0) }
    var unused = Set(parameters.keys)
    self.flows = try flows.map { flow in
      let description = try FlowDescription(of: flow)
      let own = JSONObject(
        parameters.filter { pair in description.parameters.contains { $0.name == pair.key } }
          .map { (key: $0.key, value: $0.value) })
      unused.subtract(own.keys)
      // What is missing may be given with each run.
      var lenient = description.schema
      lenient["required"] = []
      if let fault = lenient.faults(in: .object(own)).first {
        throw Misconfiguration(
          "the parameter \(fault.path.joined(separator: ".")) of \(flow.name) \(fault.problem)")
      }
      var served = ServedFlow(
        flow: flow.name, name: name ?? String(flow.name.map { $0 == "_" ? "-" : $0 }),
        schema: description.schema.json.object ?? [:])
      served.description = flow.summary
      served.parameters = own
      served.schedules = schedule.map { [$0] }
      served.tags = tags
      served.version = version
      return served
    }
    if let name = unused.sorted().first {
      throw Misconfiguration(
        "no flow that is served has a parameter \(name)",
        remedy: "`sluice flows NAME` lists the parameters of a flow.")
    }
  }

  /// What the server of these flows is called: the same at every start, for it finds its runs again by it.
  var serverName: String { flows.map { "\($0.flow)/\($0.name)" }.joined(separator: ",") }
}
