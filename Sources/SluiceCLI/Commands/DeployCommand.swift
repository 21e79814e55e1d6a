import ArgumentParser
import Deployments
import Essentials
import FlowKit
import HTTP
import JSON
import PrefectClient
import Runner

/// `sluice deploy`: brings the deployments of this project to a Prefect server.
struct DeployCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deploy",
    abstract: "Brings deployments to a Prefect server, and keeps them there as they are declared.",
    discussion: """
      Reads deployments/<flow>/prefect.yaml (or prefect.yaml), and the deployments beside the flows. Shows what is \
      going to change, changes it work pool by work pool, and prints what became of each deployment. What has not \
      changed is left alone, and so is a schedule that somebody paused or set on the server.
      """)

  @Flag(help: "Deploy all (as without --name).")
  var all = false
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Deploy this one only; may be given more than once.", valueName: "name|flow/name"))
  var name: [String] = []
  @Option(help: "The environment to deploy to; without it deployments that have environments are skipped.")
  var env: String?
  @Flag(help: "Show what is going to change, and change nothing.")
  var plan = false
  @Flag(help: "Remove what this project deployed to this environment and no longer declares.")
  var prune = false
  @Flag(help: "Make schedules as they are declared, whatever somebody set on the server.")
  var resetSchedules = false
  @Flag(help: "Make work pools that the server does not have.")
  var createPool = false
  @Option(help: ArgumentHelp("The image where a deployment names none; never built here.", valueName: "ref"))
  var image: String?
  @Option(help: "The branch that is checked out; found by itself where there is a Git repository.")
  var branch: String?
  @Option(
    help: ArgumentHelp("A manifest, instead of those in deployments/; more than once.", valueName: "path"))
  var prefectFile: [String] = []
  @Option(help: "What the project is called where manifests do not say (`name:`).")
  var project: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if all, !name.isEmpty { throw ValidationError("--all and --name exclude each other") }
    if prune, !name.isEmpty { throw ValidationError("--prune needs all deployments; it goes without --name") }
  }

  func run() async throws {
    let context = SluiceProgram.context
    let settings = try PrefectSettings(environment: context.environment)
    let client = PrefectClient(try PrefectConfiguration(settings))
    let paths = prefectFile.isEmpty ? ManifestFolder.manifests(below: ".") : prefectFile
    let manifests = try paths.map { try ManifestFile(path: $0) }
    let values = ReferenceValues(environment: context.environment) { try await client.lookUp($0) }
    let named = try await DeploymentSet.project(of: manifests, values) ?? project
    if prune, named == nil {
      // By a name that others have, too, it would remove what is theirs.
      throw UsageError("--prune needs the name of the project: `name:` in the manifests, or --project")
    }
    let set = try await DeploymentSet(
      context.catalogue ?? Catalogue([]), manifests: manifests, project: named ?? ManifestCommand.project,
      selection: DeploymentSelection(
        environment: env, branch: branch ?? GitBranch.current(context.environment), names: name,
        pool: settings["PREFECT_DEFAULT_WORK_POOL_NAME"]),
      values: values)
    try refuseNothing(set, paths)
    var deployer = Deployer(client)
    deployer.image = image
    deployer.prunes = prune
    deployer.resetsSchedules = resetSchedules
    deployer.createsPools = createPool
    let plan = try await deployer.plan(set)
    if self.plan {
      print(output.output == .json ? plan.json.text(.pretty) : plan.description)
      return
    }
    if output.output == .table { print(plan.description, terminator: "\n\n") }
    let report = try await deployer.apply(plan)
    print(Redaction.redact(output.output == .json ? report.json.text(.pretty) : report.table))
    if let failure = report.failure { throw ExitCode(failure.kind.exitCode) }
  }

  /// To deploy nothing, where something was meant, is no success.
  private func refuseNothing(_ set: DeploymentSet, _ paths: [String]) throws {
    guard set.entries.isEmpty else { return }
    if set.skipped.isEmpty {
      throw Misconfiguration(
        paths.isEmpty
          ? "there is nothing to deploy: no prefect.yaml in deployments/ or one of its folders, and no flow of this program has deployments of its own"
          : "there is nothing to deploy: \(paths.joined(separator: ", ")) has no deployments, and no flow of this program has any of its own",
        remedy: "Run this in the folder that has deployments/, or name a manifest by --prefect-file.")
    }
    guard !name.isEmpty else { return }
    throw Misconfiguration(
      "nothing of what was named is deployed: "
        + set.skipped.map { "\($0.name) is \($0.reason)" }.joined(separator: ", "))
  }
}
