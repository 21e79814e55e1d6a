import ArgumentParser
import Sandbox

/// `sluice sandbox`: the stand-ins by themselves.
struct SandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox",
    abstract: "Runs stand-ins for DHIS2, the Climate Data Store and GitHub on loopback until it is stopped.",
    discussion: "Prints the variables that make `sluice run` (and other clients) use them.")

  @Option(help: "The port; 0 takes any that is free.")
  var port = 8765
  @Option(help: "The version that DHIS2 plays: 2.40, 2.41, 2.42 or 2.43.")
  var dhis2Version = "2.42"
  @Option(
    help: ArgumentHelp(
      "Org units of level 2 from this GeoJSON file instead of the made-up country.", valueName: "file"))
  var orgUnits: String?
  @Option(
    help: ArgumentHelp(
      "The file that the Climate Data Store serves instead of a made-up one.", valueName: "file"))
  var grid: String?

  func run() async throws {
    guard let version = DHIS2Version(rawValue: dhis2Version) else {
      throw UsageError(
        "--dhis2-version must be one of \(DHIS2Version.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    var options = SandboxOptions(sharingNetCDF: ())
    options.port = port
    options.dhis2Version = version
    options.orgUnitsFile = orgUnits
    options.gridFile = grid
    let sandbox = try await Sandbox.start(options)
    for (name, value) in sandbox.environment.sorted(by: { $0.key < $1.key }) {
      print("export \(name)=\(value)")
    }
    printError("the sandbox runs at \(sandbox.baseURL); stop it with Ctrl-C")
    await Interruption.wait()
    await sandbox.stop()
  }
}
