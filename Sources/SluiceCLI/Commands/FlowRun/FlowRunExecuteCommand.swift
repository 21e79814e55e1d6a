import ArgumentParser
import Connectors
import Essentials
import FlowKit
import Foundation
import Glibc
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

  @Flag(
    name: .customLong(Self.waitName),
    help: ArgumentHelp(
      "Begins with the first byte on the standard input, and ends with 130 where that ends without one.",
      discussion: "A worker starts it like this while it claims the run."))
  var waits = false

  private static let waitName = "wait-for-go"
  static let waitOption = "--\(waitName)"

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
    // Not 0: whoever has not given the word must not take the run for done.
    if waits, try !Self.hearsGo() { throw ExitCode(RunOutcome.cancelled.exitCode) }
    let run = PrefectRun(
      id, client: world.client, catalogue: catalogue, execution: world.execution, options: world.options)
    let ending = await Interruption.cancelling { await run.run() }
    console.end()
    if case .untold(let error) = ending {
      printError("error: the run \(given) could not be reported: \(Redaction.redact("\(error)"))")
      throw ExitCode(FailureKind(of: error).exitCode)
    }
  }

  /// Waits for the word to begin. Gives false where nobody is there any more to give it.
  private static func hearsGo() throws -> Bool {
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw Fault("cannot read the standard input: \(String(cString: strerror(errno)))")
      }
      return count == 1
    }
  }
}
