import Deployments
import FlowKit
import Foundation
import PrefectClient

/// A flow with its deployment beside it.
struct SomeProcess: Flow {
  static let name = "some_process"
  static let summary = "Counts items."
  static let deployments = [Deployment(schedules: [.cron("0 9 * * *")])]

  @Parameter("Items")
  var items = ["a", "b"]

  func run(_ run: FlowRun) async throws -> Int { items.count }
}

/// A deploy program of one's own: every flow of a catalogue, with an image that something else has built and pushed.
/// The server is the one of `PREFECT_API_URL`, or of Prefect's profile.
@main struct Deploy {
  static func main() async throws {
    let settings = try PrefectSettings(environment: ProcessInfo.processInfo.environment)
    var deployer = Deployer(PrefectClient(try PrefectConfiguration(settings)))
    deployer.image = "ghcr.io/wherever/your/image"
    deployer.prunes = true
    let report = try await deployer.deploy(
      DeploymentSet(Catalogue([SomeProcess.self]), project: "deploy-example"))
    print(report.table)
    if report.failure != nil { exit(1) }
  }
}
