import ArgumentParser
import Connectors
import Essentials
import FlowKit
import Foundation
import HTTP
import PrefectClient
import Runner

/// `sluice flow-run execute`: what a worker starts.
struct FlowRunExecuteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "execute", abstract: "Executes a run of a Prefect server in this process.",
    discussion: """
      A worker starts this with the run's id in PREFECT__FLOW_RUN_ID and the server's address in PREFECT_API_URL. Ends \
      with 0 as soon as the server knows how the run ended, whichever way that was.
      """)

  @Argument(help: "The run's id; the one in PREFECT__FLOW_RUN_ID where it is left out.")
  var id: String?
  @Option(
    help: ArgumentHelp(
      "The folder of block documents (default: SLUICE_BLOCKS, else blocks).", valueName: "folder"))
  var blocks: String?

  func run() async throws {
    guard let catalogue = SluiceProgram.context.catalogue else { return }
    let environment = SluiceProgram.context.environment
    let given = id ?? environment["PREFECT__FLOW_RUN_ID"]
    guard let given, let id = UUID(uuidString: given) else {
      throw UsageError(
        given.map { "\"\($0)\" is no id of a run" } ?? "which run? Give its id, or set PREFECT__FLOW_RUN_ID")
    }
    let console = ConsoleReporter(folder: nil, write: writeError)
    // A worker starts this in a folder of its own, in which there are no documents.
    let named = environment["SLUICE_BLOCKS"].flatMap { $0.isEmpty ? nil : $0 }
    let world = try await PrefectWorld(
      environment: environment, blockFolder: blocks ?? named ?? "blocks", console: console)
    let run = PrefectRun(
      id, client: world.client, catalogue: catalogue, execution: world.execution, options: world.options)
    let ending = await Interruption.cancelling { await run.run() }
    console.end()
    if case .untold(let error) = ending {
      printError("error: the run \(given) could not be reported: \(Redaction.redact("\(error)"))")
      throw ExitCode(FailureKind(of: error).exitCode)
    }
  }
}
