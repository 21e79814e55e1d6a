import ArgumentParser
import Essentials
import PrefectClient
import Worker

/// The options of commands that start processes for runs.
struct WorkerOptionGroup: ParsableArguments {
  @Option(name: .shortAndLong, help: ArgumentHelp("Run at most so many at once.", valueName: "count"))
  var limit: Int?
  @Option(
    help: ArgumentHelp(
      "Ask for runs every so often (default: PREFECT_WORKER_QUERY_SECONDS, else 10s); spread by a third.",
      valueName: "time"))
  var pollInterval: Seconds?
  @Option(
    help: ArgumentHelp(
      "What becomes of runs when this is stopped: requeue (they are ended and scheduled anew), cancel, or leave (their "
        + "processes go on, and are taken up by the next one of this name).", valueName: "action"),
    transform: oneOf(DrainPolicy.Action.self))
  var onStop = DrainPolicy.Action.requeue
  @Option(
    help: ArgumentHelp("How long runs may still come to their end when this is stopped.", valueName: "time"))
  var drainTimeout: Seconds?
  @Option(
    help: ArgumentHelp(
      "How long a process has between SIGTERM and SIGKILL when this is stopped (default: 4s).",
      valueName: "time"))
  var stopGrace: Seconds?
  @Option(
    help: ArgumentHelp(
      "How long a process has between SIGTERM and SIGKILL when its run is cancelled (default: 30s).",
      valueName: "time"))
  var cancelGrace: Seconds?
  @Option(
    help: ArgumentHelp("The least level of log lines: debug, info, warning or error.", valueName: "level"),
    transform: oneOf(Log.Level.self))
  var logLevel = Log.Level.info

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
    if let pollInterval, pollInterval.duration < .milliseconds(100) {
      throw ValidationError("--poll-interval must be 100ms or more")
    }
  }

  /// - Parameter querySetting: Prefect's name for the interval.
  func apply(to setting: inout WorkerSetting, querySetting: String) throws {
    setting.options.limit = limit
    let interval = try setting.settings.number(querySetting).map { Duration.seconds($0) }
    setting.options.pollInterval = pollInterval?.duration ?? interval ?? .seconds(10)
    setting.options.drain.action = onStop
    if let drainTimeout { setting.options.drain.patience = drainTimeout.duration }
    if let stopGrace { setting.options.drain.killGrace = stopGrace.duration }
    if let cancelGrace { setting.options.killGrace = cancelGrace.duration }
  }
}

/// A word of a fixed set, on the command line.
func oneOf<Word: RawRepresentable & CaseIterable & Sendable>(
  _ type: Word.Type
) -> @Sendable (String) throws -> Word where Word.RawValue == String {
  let words = Dictionary(type.allCases.map { ($0.rawValue, $0) }) { first, _ in first }
  return { text in
    guard let word = words[text] else {
      throw ValidationError("must be one of \(words.keys.sorted().joined(separator: ", "))")
    }
    return word
  }
}
