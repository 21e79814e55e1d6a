import ArgumentParser
import Connectors
import Essentials
import FlowKit
import Foundation
import JSON
import Runner

/// `sluice run FLOW`: one run, here and now, without a server.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a flow in this process.",
    usage: "sluice run <flow> [--parameter value ...] [options]",
    discussion: "`sluice run FLOW --help` lists the parameters of a flow and the options.")

  @Argument(
    parsing: .captureForPassthrough, help: "The flow's name, its parameters and options.",
    completion: .custom { words, _, prefix in
      FlowCompletion.complete(
        words: words, prefix: prefix, descriptions: SluiceProgram.context.catalogue?.descriptions ?? [])
    })
  var arguments: [String] = []

  func run() async throws {
    guard let catalogue = SluiceProgram.context.catalogue else { return }
    guard let name = arguments.first, !name.hasPrefix("-") else {
      if arguments.contains(where: { ["-h", "--help"].contains($0) }) { throw CleanExit.helpRequest(self) }
      throw UsageError("which flow? One of \(catalogue.flows.map { $0.name }.joined(separator: ", "))")
    }
    let flow = try catalogue.flow(named: name)
    let description = try FlowDescription(of: flow)
    let options = try FlowArguments(Array(arguments.dropFirst()), for: description)
    if options.wantsHelp { return print(FlowHelp(description).text) }
    let setting = try await RunSetting(options, environment: SluiceProgram.context.environment)
    let outcome = await execute(flow, options, setting)
    await setting.close()
    try outcome.report(asJSON: options.printsJSON)
  }

  private func execute(_ flow: any Flow.Type, _ options: FlowArguments, _ setting: RunSetting) async
    -> FinishedRun
  {
    let id = UUID()
    do {
      let folders = ProgramFolders(SluiceProgram.context.environment)
      let folder = try RunFolder(stateFolder: folders.state, flow: flow.name, id: id, now: Date())
      let reporter = ConsoleReporter(
        folder: folder, leastLevel: options.logLevel, isTerminal: isatty(STDERR_FILENO) == 1,
        write: writeError)
      let execution = FlowExecution(
        reporter: reporter, blocks: setting.blocks, state: setting.state(in: folders),
        cacheFolder: folders.cache,
        services: setting.services)
      let outcome = await Interruption.cancelling {
        await execution.run(flow, parameters: options.parameters, id: id)
      }
      reporter.end()
      return FinishedRun(flow: flow.name, id: id, outcome: outcome, folder: folder.path)
    } catch {
      return FinishedRun(flow: flow.name, id: id, outcome: .failed(error), folder: nil)
    }
  }
}
