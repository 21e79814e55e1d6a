import Essentials
import Foundation
import HTTP
import PrefectAPI

@testable import PrefectClient

/// A real Prefect server that scripts/test-prefect has started, and nobody else uses.
enum LiveServer {
  static let apiURL = ProcessInfo.processInfo.environment["SLUICE_PREFECT_API_URL"]
  static let authString = ProcessInfo.processInfo.environment["SLUICE_PREFECT_AUTH_STRING"]
  static var isThere: Bool { apiURL != nil }
  static var isGuarded: Bool { authString != nil }

  static func configuration() -> PrefectConfiguration {
    var configuration = PrefectConfiguration(apiURL: apiURL ?? "")
    if let authString { configuration.authentication = PrefectConfiguration.basic(Secret(authString)) }
    return configuration
  }

  static let client = PrefectClient(configuration())

  /// A name that no other test has.
  static func unique(_ name: String) -> String { "\(name)-\(UUID().wire.prefix(8))" }

  /// A deployment on a work pool of its own, and the pool's name.
  static func deployment(
    concurrencyLimit: Int? = nil, _ adjust: (inout Prefect.DeploymentCreate) -> Void = { _ in }
  ) async throws -> (Prefect.Deployment, pool: String) {
    let pool = try await client.createWorkPool(Prefect.WorkPoolCreate(name: unique("pool")))
    let flow = try await client.createFlow(Prefect.FlowCreate(name: unique("flow")))
    var create = Prefect.DeploymentCreate(name: unique("deployment"), flowID: flow.id)
    create.workPoolName = pool.name
    create.concurrencyLimit = concurrencyLimit
    adjust(&create)
    return (try await client.createDeployment(create), pool.name)
  }

  /// Asks until the answer is as it should be: for what the server does in the background.
  static func eventually<Answer>(
    within limit: Duration = .seconds(30), _ ask: () async throws -> Answer?
  ) async throws -> Answer? {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if let answer = try await ask() { return answer }
      try await Task.sleep(for: .milliseconds(100))
    }
    return try await ask()
  }
}
