import Essentials
import PrefectClient

/// How a worker works.
public struct WorkerOptions: Sendable {
  /// Its name at the server; the runs of a worker that was stopped are taken up by the next one of its name.
  public var name: String
  /// How many runs at once; nil without a limit.
  public var limit: Int?
  /// How often it asks for runs; spread by a third to both sides.
  public var pollInterval: Duration = .seconds(10)
  /// How often it says that it is there.
  public var heartbeatInterval: Duration = .seconds(30)
  /// How long a process has between SIGTERM and SIGKILL when its run is cancelled.
  public var killGrace: Duration = .seconds(30)
  /// What becomes of runs when it is told to stop.
  public var drain = DrainPolicy()
  /// Where `/health` and `/metrics` are; nil for nowhere.
  public var health: HealthServer.Address?
  /// The folder for records and output of runs.
  public var stateFolder: String
  /// What runs a flow of this program: its own file, and the command that executes a flow run.
  public var ownCommand: [String]
  /// The option by which `ownCommand` waits for a byte on its standard input before it begins, and ends, not with 0, where
  /// that ends without one: then it is started while the claim of its run is on the way. Nil: after it.
  public var waitOption: String?
  /// What processes inherit.
  public var environment: [String: String]
  /// Prefect's settings from wherever this program has them, so that processes speak to the same API.
  public var settings: [String: String] = [:]
  /// Where the output of runs is repeated.
  public var output: @Sendable ([UInt8]) -> Void = { _ in }

  /// - Parameters:
  ///   - stateFolder: shared by all workers of a user; each takes a folder of its own in it.
  public init(name: String, stateFolder: String, ownCommand: [String], environment: [String: String]) {
    self.name = name
    self.stateFolder = stateFolder
    self.ownCommand = ownCommand
    self.environment = environment
  }

  /// A name as a part of a path.
  static func pathPart(_ name: String) -> String {
    let safe = name.utf8.map { byte -> String in
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
      return isPlain ? String(Unicode.Scalar(byte)) : "_\(String(byte, radix: 16))"
    }
    return safe.joined()
  }

  /// The folder of the worker's state: its own for each server and what it takes runs from, so that workers of one name
  /// for two of them do not take each other's records.
  func folder(_ kind: String, _ server: String, _ source: String) -> String {
    let mark = SHA256.hexadecimal(Array("\(server) \(source) \(name)".utf8)).prefix(12)
    return "\(stateFolder)/\(kind)/\(Self.pathPart(name).prefix(80))-\(mark)"
  }

  func world(
    _ client: PrefectClient, journal: RunJournal, figures: WorkerFigures, clock: any WallClock, log: Log
  ) -> RunWorld {
    var world = RunWorld(
      client: client, journal: journal, figures: figures, clock: clock, log: log, output: output,
      worker: name,
      ownCommand: ownCommand, environment: environment, settings: settings, killGrace: killGrace)
    world.waitOption = waitOption
    return world
  }
}
