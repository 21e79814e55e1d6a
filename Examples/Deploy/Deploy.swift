import Deployments
import FlowKit
import Foundation
import PrefectClient

/// A flow with its deployment beside it.
struct SomeProcess: Flow {
  static let name = "some_process"
  static let summary = "Keeps the active items."
  static let deployments = [Deployment(schedules: [.cron("0 9 * * *")])]

  @Parameter("Items")
  var items = ["a", "b"]

  func run(_ run: FlowRun) async throws -> Int { items.count }
}

/// A deploy program of one's own: every flow of the catalogue, with an image that something else built.
@main struct Deploy {
  static func main() async throws {
    let address = ProcessInfo.processInfo.environment["PREFECT_API_URL"] ?? "http://localhost:4200/api"
    let set = try DeploymentSet(Catalogue([SomeProcess.self]), project: "deploy-example")
    var deployer = Deployer(PrefectClient(PrefectConfiguration(apiURL: address)))
    deployer.image = "ghcr.io/wherever/your/image"
    deployer.prunes = true
    let report = try await deployer.deploy(set)
    print(report.table)
    if report.failure != nil { exit(1) }
  }
}
