import PrefectAPI
import PrefectClient
import PrefectTesting

extension LiveServer {
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
}
