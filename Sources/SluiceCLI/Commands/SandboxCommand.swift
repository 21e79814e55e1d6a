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
  @Option(help: "The version that DHIS2 plays: 2.40, 2.41, 2.42, 2.43 or 2.44-SNAPSHOT.")
  var dhis2Version = "2.42"
  @Option(
    help: ArgumentHelp(
      "The number of org units of the made-up country: about 60 without it, and the full country has 1300.",
      valueName: "number"))
  var units: Int?
  @Option(
    help: ArgumentHelp(
      "Whose name and password are printed: etl, guest, regional, district, admin, viewer, disabled or careful.",
      valueName: "name"))
  var user: String?
  @Option(help: "The calendar of DHIS2's periods: iso8601, gregorian, ethiopian or nepali.")
  var calendar = "iso8601"
  @Option(
    help: ArgumentHelp(
      "How long DHIS2's check of open periods does not know a changed data set (E7644).", valueName: "seconds"
    ))
  var dataSetDelay = 0.0
  @Option(
    help: ArgumentHelp(
      "How long a job of the Climate Data Store waits and runs, in halves.", valueName: "seconds"))
  var queueTime = 0.2
  @Option(
    help: ArgumentHelp("The largest cost of one request to the Climate Data Store.", valueName: "fields"))
  var costLimit: Int?
  @Option(
    help: ArgumentHelp(
      "The requests that the Climate Data Store answers within a minute; one more is refused with 429.",
      valueName: "number"))
  var requestsPerMinute: Int?
  @Option(help: ArgumentHelp("The longest request body that DHIS2's proxy takes.", valueName: "bytes"))
  var bodyLimit: Int?
  @Option(
    help: ArgumentHelp(
      "Org units of level 2 from this GeoJSON file instead of the made-up country.", valueName: "file"))
  var orgUnits: String?
  @Option(
    help: ArgumentHelp(
      "The file that the Climate Data Store serves instead of a made-up one.", valueName: "file"))
  var grid: String?

  @Option(
    help: ArgumentHelp(
      "Keep what DHIS2 holds in this file, for the next sandbox of the same units.", valueName: "file"))
  var state: String?

  func run() async throws {
    guard let version = DHIS2Version(rawValue: dhis2Version) else {
      throw UsageError(
        "--dhis2-version must be one of \(DHIS2Version.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    var options = SandboxOptions(sharingNetCDF: ())
    options.port = port
    options.dhis2Version = version
    guard let calendar = SandboxCalendar(rawValue: calendar) else {
      throw UsageError(
        "--calendar must be one of \(SandboxCalendar.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    options.calendar = calendar
    if let units { options.countrySize = .units(units) }
    options.dataSetDelay = dataSetDelay
    options.queueTime = .milliseconds(Int(queueTime * 1000))
    if let costLimit { options.costLimit = costLimit }
    options.requestsPerMinute = requestsPerMinute
    if let bodyLimit { options.bodyLimit = bodyLimit }
    options.orgUnitsFile = orgUnits
    options.gridFile = grid
    options.stateFile = state
    let sandbox = try await Sandbox.start(options)
    var environment = sandbox.environment
    if let user {
      guard sandbox.dhis2Usernames.contains(user) else {
        await sandbox.stop()
        throw UsageError("--user must be one of \(sandbox.dhis2Usernames.joined(separator: ", "))")
      }
      environment["DHIS2_USERNAME"] = user
    }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      print("export \(name)=\(value)")
    }
    printError("the sandbox runs at \(sandbox.baseURL); stop it with Ctrl-C")
    await Interruption.wait()
    try await sandbox.stopKeepingState()
  }
}
