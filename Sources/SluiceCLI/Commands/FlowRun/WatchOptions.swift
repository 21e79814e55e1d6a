import ArgumentParser
import Essentials
import FoundationEssentials
import PrefectAPI
import PrefectClient

/// How a run is watched.
struct WatchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How often to look while watching.", valueName: "length"))
  var watchInterval = "1s"
  @Option(
    name: [.customLong("watch-timeout"), .customLong("timeout")],
    help: ArgumentHelp("When to stop watching: 10m, 2h; without it when the run ends.", valueName: "length"))
  var watchTimeout: String?

  /// Shows a run's states and log lines until it ends; ends with 1 where it did not complete.
  ///
  /// The lines go to the standard error where the run's document is to follow on the standard output.
  func watch(_ run: Prefect.FlowRun, on server: PrefectClient, _ output: OutputOptions) async throws {
    let interval = try MomentText.seconds(watchInterval, option: "--watch-interval")
    guard interval > 0 else { throw UsageError("--watch-interval \(watchInterval): expected more than 0") }
    let end = try watchTimeout.map { Date() + (try MomentText.seconds($0, option: "--watch-timeout")) }
    let watch = FlowRunWatch(server: server, id: run.id, interval: .seconds(interval), end: end)
    let finished = try await watch.run { line in
      output.output == .json ? printError(Redaction.redact(line)) : OutputOptions.say(line)
    }
    let name = finished.state?.displayName ?? finished.stateName ?? "no state"
    try output.show(finished, "Flow run '\(finished.name)' ended as \(name).")
    if finished.stateType != .completed { throw ExitCode(1) }
  }
}
