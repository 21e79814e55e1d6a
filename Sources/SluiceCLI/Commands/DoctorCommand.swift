import ArgumentParser
import Connectors
import FlowKit
import Foundation
import HTTP
import JSON
import Runner

/// `sluice doctor`: whether everything that runs need is there.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks libraries, folders, credentials, licences and whether services answer.",
    discussion: "Reads only. Ends with 0 if nothing is wrong, else with the exit code of the first problem.")

  @Option(help: ArgumentHelp("The folder of block documents.", valueName: "folder"))
  var blocks = "blocks"
  @Option(help: "The DHIS2 block to check.")
  var dhis2 = "dhis2"
  @Option(help: "The Climate Data Store block to check.")
  var cds = "cds"
  @Flag(help: "Print JSON: short for --output json.")
  var json = false
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let environment = SluiceProgram.context.environment
    let store = BlockStore(BlockPlaces.all(environment, folder: blocks))
    let examination = Examination(
      blocks: store, folders: ProgramFolders(environment), http: HTTPClient(configuration: .sluice))
    let findings = await examination.run(dhis2: BlockReference(dhis2), cds: BlockReference(cds))
    if json || output.output == .json {
      print(JSONValue.array(findings.map(\.json)).text(.pretty))
    } else {
      let width = findings.map(\.subject.count).max() ?? 0
      for finding in findings {
        let padding = String(repeating: " ", count: width - finding.subject.count)
        print("\(finding.mark)  \(finding.subject)\(padding)  \(finding.text)")
      }
    }
    if let problem = findings.first(where: { $0.problem != nil })?.problem {
      throw ExitCode(problem.exitCode)
    }
  }
}
