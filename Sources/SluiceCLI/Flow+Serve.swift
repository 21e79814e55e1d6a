import ArgumentParser
public import FlowKit
import Foundation
public import JSON
import PrefectAPI

extension Flow {
  /// Serves this flow from the calling program: registers its deployment, and runs it until the program is stopped.
  ///
  ///     @main struct Stars {
  ///       static func main() async throws { try await GitHubStars.serve(name: "stars", webserver: true) }
  ///     }
  ///
  /// Every run is a process of its own, of this same program: called as `flow-run execute`, which is how it calls itself,
  /// this function executes that run and ends the process.
  ///
  /// - Parameters:
  ///   - name: of the deployment; nil is the flow's name with hyphens.
  ///   - parameters: over the flow's defaults.
  ///   - cron: when it runs by itself, in UTC; nil leaves the schedules alone that the deployment has.
  ///   - limit: how many runs at once; nil without a limit.
  ///   - webserver: whether `/health`, `/run_count` and `/shutdown` are served; also by `PREFECT_RUNNER_SERVER_ENABLE`.
  public static func serve(
    name: String? = nil, parameters: JSONObject = [:], cron: String? = nil, limit: Int? = nil,
    webserver: Bool = false
  ) async throws {
    if Array(CommandLine.arguments.dropFirst().prefix(2)) == ["flow-run", "execute"] {
      await SluiceProgram.main(flows: [Self.self])
    }
    // The link is read by whoever started this, a pipe perhaps: line by line, not at the end.
    SluiceProgram.printLineByLine()
    var worker = try WorkerOptionGroup.parse([])
    worker.limit = limit
    try await ServedCollection(
      [Self.self], name: name, parameters: parameters, schedule: cron.map { .cron($0) }
    ).serve(
      environment: try ProgramEnvironment.current(), worker: worker, webserver: webserver, pausesOnStop: true)
  }
}
