package import FoundationEssentials
package import JSON
package import PrefectAPI
package import PrefectClient

/// The calls that deploying makes of a Prefect API.
package protocol DeploymentServer: Sendable {
  func findPool(_ name: String) async throws -> Prefect.WorkPool?
  func makePool(_ pool: Prefect.WorkPoolCreate) async throws
  func makeFlow(_ name: String) async throws -> Prefect.Flow
  func allFlows() async throws -> [Prefect.Flow]
  func removeFlow(_ id: UUID) async throws
  func find(flow: String, name: String) async throws -> Prefect.Deployment?
  func allDeployments() async throws -> [Prefect.Deployment]
  func write(_ deployment: Prefect.DeploymentCreate) async throws -> Prefect.Deployment
  func change(_ id: UUID, _ update: Prefect.DeploymentUpdate) async throws
  func remove(_ id: UUID) async throws
  /// The content of a block, its secrets masked, or of a variable.
  func lookUp(_ reference: ManifestReference) async throws -> JSONValue?
}

extension PrefectClient: DeploymentServer {
  package func findPool(_ name: String) async throws -> Prefect.WorkPool? { try await workPool(name) }
  package func makePool(_ pool: Prefect.WorkPoolCreate) async throws { _ = try await ensureWorkPool(pool) }
  package func makeFlow(_ name: String) async throws -> Prefect.Flow {
    try await createFlow(Prefect.FlowCreate(name: name))
  }
  package func allFlows() async throws -> [Prefect.Flow] { try await flows() }
  package func removeFlow(_ id: UUID) async throws { try await deleteFlow(id) }
  package func find(flow: String, name: String) async throws -> Prefect.Deployment? {
    try await deployment(flow: flow, name: name)
  }
  package func allDeployments() async throws -> [Prefect.Deployment] { try await deployments() }
  package func write(_ deployment: Prefect.DeploymentCreate) async throws -> Prefect.Deployment {
    try await createDeployment(deployment)
  }
  package func change(_ id: UUID, _ update: Prefect.DeploymentUpdate) async throws {
    try await updateDeployment(id, update)
  }
  package func remove(_ id: UUID) async throws { try await deleteDeployment(id) }

  package func lookUp(_ reference: ManifestReference) async throws -> JSONValue? {
    switch reference {
    case .variable(let name): try await variable(name)?.value
    case .block(let type, let name, _):
      (try await blockDocument(type: type, name: name, includeSecrets: false)?.data).map { .object($0) }
    case .environment, .unknown: nil
    }
  }
}
