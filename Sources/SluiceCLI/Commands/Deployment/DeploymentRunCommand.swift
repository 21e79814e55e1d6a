import ArgumentParser
import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectClient

/// `sluice deployment run`: a run of a deployment, by hand.
struct DeploymentRunCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Makes a run of a deployment, which a worker then executes.",
    discussion: """
      Parameters go over the deployment's, and are checked by its schema before anything is sent. With --watch the \
      command ends when the run does: with 0 if it completed, else with 1.
      """)

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String?
  @Option(help: "Its id, in place of its name.")
  var id: String?
  @Option(
    name: [.customShort("p"), .customLong("param")],
    help: ArgumentHelp("A parameter, JSON or text; more than once.", valueName: "key=value"))
  var parameter: [String] = []
  @Option(
    help: ArgumentHelp("Parameters as a JSON object; - reads it from the standard input.", valueName: "json"))
  var params: String?
  @Option(
    name: [.customLong("job-variable"), .customLong("jv"), .customLong("jv", withSingleDash: true)],
    help: ArgumentHelp("A job variable, JSON or text; more than once.", valueName: "key=value"))
  var jobVariable: [String] = []
  @Option(
    name: [.customLong("at"), .customLong("start-at")],
    help: ArgumentHelp(
      "When to start, as 2026-11-21T09:00, 17:30, 5:30pm or \"tomorrow 9am\"; UTC without an offset.",
      valueName: "time"))
  var startAt: String?
  @Option(
    name: [.customLong("in"), .customLong("start-in")],
    help: ArgumentHelp("How long to wait: 90s, 10m, 2h, PT10M, \"5 minutes\".", valueName: "length"))
  var startIn: String?
  @Option(name: .customLong("tag"), help: "A tag of the run; more than once.")
  var tags: [String] = []
  @Option(help: "What the run is called; the server makes a name up.")
  var flowRunName: String?
  @Flag(help: "Show states and log lines until the run ends.")
  var watch = false
  @OptionGroup var watching: WatchOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (name != nil) != (id != nil) else {
      throw ValidationError("which deployment? Name it, or give --id")
    }
    if startAt != nil, startIn != nil { throw ValidationError("--at and --in exclude each other") }
  }

  func perform(on server: PrefectClient) async throws {
    guard let name = name ?? id else { return }
    let given = try GivenParameters.read(pairs: parameter, document: params)
    let variables = try GivenParameters.read(pairs: jobVariable, option: "--job-variable")
    let now = Date()
    var start = now
    if let startAt { start = try MomentText.date(startAt, option: "--at", now: now) }
    if let startIn { start += try MomentText.seconds(startIn, option: "--in") }
    let deployment = try await server.existingDeployment(name)
    try GivenParameters.check(given, of: deployment, named: name)
    var create = Prefect.DeploymentFlowRunCreate(parameters: given)
    create.name = flowRunName
    create.tags = tags
    create.jobVariables = variables.isEmpty ? nil : variables
    let run = try await server.createFlowRun(deployment: deployment.id, create.scheduled(at: start))
    let url = "\(server.configuration.uiURL)/runs/flow-run/\(run.id.wire)"
    if output.output == .table {
      OutputOptions.say(
        """
        Created flow run '\(run.name)'.
          ID: \(run.id.wire)
          Parameters: \(JSONValue.object(run.parameters))
          Scheduled start time: \(Words.time(start)) UTC (\(Words.when(start, now: now)))
          URL: \(url)
        """)
    }
    if !watch {
      if output.output == .json { try output.show(run, "") }
      return
    }
    try await watching.watch(run, on: server, output)
  }
}
