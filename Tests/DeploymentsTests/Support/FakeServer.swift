import Essentials
import Foundation
import JSON
import PrefectAPI

@testable import Deployments

/// A server of deployments in memory that behaves as Prefect 3.8.8 does where deploying depends on it: a creation
/// overwrites and makes schedules anew, a PATCH knows no labels, and every write deletes the planned runs.
actor FakeServer: DeploymentServer {
  private var pools: [String: JSONObject] = [:]
  private var flows: [String: UUID] = [:]
  private var deployments: [UUID: JSONObject] = [:]
  private var flowOf: [UUID: UUID] = [:]
  /// The writes, in their order: `POST flow/name`, `PATCH flow/name`, `DELETE flow/name`, `POST pool`.
  private(set) var writes: [String] = []
  var references: [ManifestReference: JSONValue] = [:]
  private var refused: Set<String> = []

  init(pools: [String: String] = ["default": "process"]) {
    for (name, type) in pools {
      self.pools[name] = Self.pool(name, type)
    }
  }

  private static func pool(_ name: String, _ type: String) -> JSONObject {
    ["id": .string(UUID().uuidString), "name": .string(name), "type": .string(type)]
  }

  func refuse(_ name: String) { refused.insert(name) }
  func forgetWrites() { writes = [] }

  // MARK: What people do by other means

  func setSchedule(_ index: Int, of name: String, active: Bool) throws {
    try edit(name) { document in
      var schedules = document["schedules"]?.array ?? []
      var schedule = schedules[index].object ?? [:]
      schedule["active"] = .bool(active)
      schedules[index] = .object(schedule)
      document["schedules"] = .array(schedules)
    }
  }

  func setSchedules(_ schedules: [Prefect.DeploymentScheduleCreate], of name: String) throws {
    let documents = try schedules.map { try Self.schedule($0) }
    try edit(name) { $0["schedules"] = .array(documents) }
  }

  func set(_ key: String, to value: JSONValue, of name: String) throws { try edit(name) { $0[key] = value } }

  private func edit(_ name: String, _ change: (inout JSONObject) -> Void) throws {
    guard let id = id(of: name), var document = deployments[id] else { throw Fault("no \(name)") }
    change(&document)
    deployments[id] = document
  }

  func deployment(_ name: String) throws -> Prefect.Deployment {
    guard let id = id(of: name), let document = deployments[id] else { throw Fault("no \(name)") }
    return try Prefect.Deployment(wire: .object(document))
  }

  var names: [String] { deployments.keys.map(name(of:)).sorted() }
  var flowNames: [String] { flows.keys.sorted() }

  // MARK: The API

  func findPool(_ name: String) throws -> Prefect.WorkPool? {
    try pools[name].map { try Prefect.WorkPool(wire: .object($0)) }
  }

  func makePool(_ pool: Prefect.WorkPoolCreate) {
    pools[pool.name] = Self.pool(pool.name, pool.type)
    writes.append("POST pool \(pool.name)")
  }

  func makeFlow(_ name: String) throws -> Prefect.Flow {
    let id = flows[name] ?? UUID()
    flows[name] = id
    return try flow(name, id)
  }

  func allFlows() throws -> [Prefect.Flow] { try flows.map(flow) }

  func removeFlow(_ id: UUID) throws {
    let name = flows.first { $0.value == id }?.key ?? "?"
    if refused.contains(name) { throw Rejection("the server refuses \(name)") }
    writes.append("DELETE \(flows.first { $0.value == id }?.key ?? "?")")
    flows = flows.filter { $0.value != id }
  }

  func find(flow: String, name: String) throws -> Prefect.Deployment? {
    id(of: "\(flow)/\(name)") == nil ? nil : try deployment("\(flow)/\(name)")
  }

  func allDeployments() throws -> [Prefect.Deployment] {
    try deployments.values.map { try Prefect.Deployment(wire: .object($0)) }
  }

  func write(_ create: Prefect.DeploymentCreate) throws -> Prefect.Deployment {
    let flow = flows.first { $0.value == create.flowID }?.key ?? "?"
    let name = "\(flow)/\(create.name)"
    if refused.contains(name) { throw Rejection("the server refuses \(name)") }
    writes.append("POST \(name)")
    let id = id(of: name) ?? UUID()
    var document = deployments[id] ?? ["id": .string(id.uuidString), "labels": [:]]
    // What is not sent keeps its value.
    for (key, value) in try create.wireDocument().object ?? [:] { document[key] = value }
    document["schedules"] = .array(try create.schedules.map { try Self.schedule($0) })
    document["labels"] = .object(create.labels ?? [:])
    document["work_queue_name"] = .string(create.workQueueName ?? "default")
    Self.limit(&document)
    deployments[id] = document
    flowOf[id] = create.flowID
    return try Prefect.Deployment(wire: .object(document))
  }

  func change(_ id: UUID, _ update: Prefect.DeploymentUpdate) throws {
    guard var document = deployments[id] else { throw Fault("no deployment \(id)") }
    writes.append("PATCH \(name(of: id))")
    for (key, value) in try update.wireDocument().object ?? [:] { document[key] = value }
    Self.limit(&document)
    deployments[id] = document
  }

  func remove(_ id: UUID) throws {
    if refused.contains(name(of: id)) { throw Rejection("the server refuses \(name(of: id))") }
    writes.append("DELETE \(name(of: id))")
    deployments[id] = nil
  }

  func lookUp(_ reference: ManifestReference) -> JSONValue? { references[reference] }

  /// A limit comes back as a global one.
  private static func limit(_ document: inout JSONObject) {
    guard let limit = document["concurrency_limit"] else { return }
    document["concurrency_limit"] = nil
    document["global_concurrency_limit"] =
      limit.integer.map {
        [
          "id": .string(UUID().uuidString), "name": "deployment", "limit": .integer($0), "active": true,
          "active_slots": 0,
        ]
      } ?? .null
  }

  private static func schedule(_ create: Prefect.DeploymentScheduleCreate) throws -> JSONValue {
    var document = try create.wireDocument().object ?? [:]
    document["id"] = .string(UUID().uuidString)
    return .object(document)
  }

  private func flow(_ name: String, _ id: UUID) throws -> Prefect.Flow {
    try Prefect.Flow(wire: ["id": .string(id.uuidString), "name": .string(name)])
  }

  private func id(of name: String) -> UUID? { deployments.keys.first { self.name(of: $0) == name } }

  private func name(of id: UUID) -> String {
    let flow = flows.first { $0.value == flowOf[id] }?.key ?? "?"
    return "\(flow)/\(deployments[id]?["name"]?.string ?? "?")"
  }
}
