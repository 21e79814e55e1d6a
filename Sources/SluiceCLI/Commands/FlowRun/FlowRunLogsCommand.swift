import ArgumentParser
import Essentials
import FoundationEssentials
import JSON
import PrefectAPI
import PrefectClient

/// `sluice flow-run logs`.
struct FlowRunLogsCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Prints the log of a flow run.",
    discussion: "--output json prints a list; with --follow, a line of JSON for each line of the log.")

  @Argument(help: ArgumentHelp("The flow run.", valueName: "id|name"))
  var run: String
  @Flag(name: .shortAndLong, help: "Print lines as they come, until the run ends.")
  var follow = false
  @Flag(name: .long, help: "The first lines: 20, or as many as --num-logs says.")
  var head = false
  @Flag(name: .shortAndLong, help: "The last lines: 20, or as many as --num-logs says.")
  var tail = false
  @Option(name: .shortAndLong, help: "How many lines.")
  var numLogs: Int?
  @Flag(name: .shortAndLong, help: "The newest line first.")
  var reverse = false
  @Option(help: "Lines of this level and worse only: DEBUG, INFO, WARNING, ERROR or CRITICAL.")
  var level: String?
  @OptionGroup var watching: WatchOptions
  @OptionGroup var output: OutputOptions

  private static let levels = ["DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50]

  func validate() throws {
    if head, tail { throw ValidationError("--head and --tail exclude each other") }
    if follow, head || tail || reverse || numLogs != nil {
      throw ValidationError(
        "--follow prints all lines as they come; it goes without the options that choose some")
    }
    if let numLogs, numLogs < 1 { throw ValidationError("--num-logs must be at least 1") }
    if let level, Self.levels[level.uppercased()] == nil {
      throw ValidationError("--level \(level): expected DEBUG, INFO, WARNING, ERROR or CRITICAL")
    }
  }

  private var levelNumber: Int? { level.flatMap { Self.levels[$0.uppercased()] } }

  func perform(on server: PrefectClient) async throws {
    let run = try await server.existingFlowRun(run)
    if follow { return try await follow(run, on: server) }
    var filter = Prefect.LogFilter()
    filter.flowRunID = .any(run.id)
    filter.level = levelNumber.map { .atLeast($0) }
    let limit = numLogs ?? (head || tail ? 20 : nil)
    var lines = try await server.logs(filter, sort: tail ? .timestampDesc : .timestampAsc, limit: limit)
    if tail { lines.reverse() }
    if reverse { lines.reverse() }
    if output.output == .json { return OutputOptions.say(try lines.wireDocument(nulls: true).text(.pretty)) }
    for line in lines { try show(line) }
  }

  private func follow(_ run: Prefect.FlowRun, on server: PrefectClient) async throws {
    let interval = Duration.seconds(
      try MomentText.seconds(watching.watchInterval, option: "--watch-interval"))
    let end = try watching.watchTimeout.map {
      Date() + (try MomentText.seconds($0, option: "--watch-timeout"))
    }
    var follower = LogFollower(server: server, id: run.id, level: levelNumber)
    var hasEnded = false
    while true {
      let state = try await server.flowRun(run.id).state
      for line in try await follower.next() { try show(line) }
      // Once more after the end: the last lines come a moment after the last state.
      if hasEnded { return }
      hasEnded = state?.type.isTerminal == true
      if let end, Date() >= end, !hasEnded { throw WatchTimeout(id: run.id, state: state?.displayName) }
      try await Task.sleep(for: interval)
    }
  }

  private func show(_ line: Prefect.Log) throws {
    OutputOptions.say(
      output.output == .json ? try line.wireDocument(nulls: true).text() : FlowRunLines.log(line))
  }
}
