import Foundation
import JSON
import PrefectAPI
import Testing

/// Traffic that was recorded between Prefect's own programs and its server.
private enum Recordings {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/fixtures/prefect")
  static var areThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

  struct Exchange {
    let file: String
    let method: String
    /// Without `/api`, the query, and with `*` for ids and names.
    let route: String
    let request: JSONValue
    let status: Int
    let response: JSONValue
  }

  static func exchanges() throws -> [Exchange] {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var exchanges: [Exchange] = []
    for file in files?.allObjects as? [URL] ?? [] where file.pathExtension == "jsonl" {
      for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
        let record = try JSONValue(parsing: line)
        guard record["kind"]?.string == "http", let method = record["method"]?.string,
          let path = record["path"]?.string, let status = record["status"]?.integer
        else { continue }
        exchanges.append(
          Exchange(
            file: file.lastPathComponent, method: method, route: route(path), request: record["req"] ?? .null,
            status: status, response: record["resp"] ?? .null))
      }
    }
    return exchanges
  }

  /// Which segments are names or ids: those after a word that is followed by one.
  private static func route(_ path: String) -> String {
    let path = path.prefix { $0 != "?" }.replacing("/api/", with: "/", maxReplacements: 1)
    var result: [Substring] = []
    for segment in path.split(separator: "/") {
      let isID = segment.wholeMatch(of: /[0-9a-f-]{36}/) != nil
      let isName = ["work_pools", "slug", "name", "queues", "tag", "checksum"].contains(result.last ?? "")
      let isSecondName = result.suffix(2) == ["name", "*"] && result.first == "deployments"
      let isVerb = ["filter", "count"].contains(segment)
      result.append((isID || isName || isSecondName) && !isVerb ? "*" : segment)
    }
    return "/" + result.joined(separator: "/")
  }
}

@Suite(
  "Recorded traffic of Prefect's own programs",
  .enabled(if: Recordings.areThere, "the recordings are not beside this checkout"))
struct RecordedTests {
  typealias Reader = @Sendable (JSONValue) throws -> Void

  private static func reader<Document: Decodable & SendableMetatype>(_ type: Document.Type) -> Reader {
    { _ = try Document(wire: $0) }
  }

  private static let answers: [String: Reader] = [
    "POST /flows": reader(Prefect.Flow.self), "GET /flows/*": reader(Prefect.Flow.self),
    "POST /flows/filter": reader([Prefect.Flow].self), "GET /flow_runs/*": reader(Prefect.FlowRun.self),
    "POST /flow_runs": reader(Prefect.FlowRun.self), "POST /flow_runs/filter": reader([Prefect.FlowRun].self),
    "POST /flow_runs/*/set_state": reader(Prefect.OrchestrationResult.self),
    "GET /deployments/*": reader(Prefect.Deployment.self),
    "POST /deployments": reader(Prefect.Deployment.self),
    "GET /deployments/name/*/*": reader(Prefect.Deployment.self),
    "POST /deployments/filter": reader([Prefect.Deployment].self),
    "POST /deployments/*/create_flow_run": reader(Prefect.FlowRun.self),
    "POST /deployments/*/schedules": reader([Prefect.DeploymentSchedule].self),
    "POST /deployments/get_scheduled_flow_runs": reader([Prefect.FlowRun].self),
    "GET /work_pools/*": reader(Prefect.WorkPool.self), "POST /work_pools": reader(Prefect.WorkPool.self),
    "POST /work_pools/filter": reader([Prefect.WorkPool].self),
    "POST /work_pools/*/get_scheduled_flow_runs": reader([Prefect.WorkerFlowRun].self),
    "POST /work_pools/*/workers/filter": reader([Prefect.Worker].self),
    "POST /work_pools/*/queues/filter": reader([Prefect.WorkQueue].self),
    "GET /work_pools/*/queues/*": reader(Prefect.WorkQueue.self),
    "POST /work_pools/*/queues": reader(Prefect.WorkQueue.self),
    "GET /work_queues/*": reader(Prefect.WorkQueue.self), "POST /logs/filter": reader([Prefect.Log].self),
    "POST /task_runs/filter": reader([Prefect.TaskRun].self),
    "POST /artifacts/filter": reader([Prefect.Artifact].self),
    "POST /artifacts/latest/filter": reader([Prefect.ArtifactCollection].self),
    "GET /block_types/slug/*": reader(Prefect.BlockType.self),
    "POST /block_types": reader(Prefect.BlockType.self),
    "POST /block_types/filter": reader([Prefect.BlockType].self),
    "POST /block_schemas": reader(Prefect.BlockSchema.self),
    "POST /block_schemas/filter": reader([Prefect.BlockSchema].self),
    "GET /block_schemas/checksum/*": reader(Prefect.BlockSchema.self),
    "POST /block_documents": reader(Prefect.BlockDocument.self),
    "POST /block_documents/filter": reader([Prefect.BlockDocument].self),
    "GET /block_types/slug/*/block_documents/name/*": reader(Prefect.BlockDocument.self),
    "GET /variables/name/*": reader(Prefect.Variable.self), "POST /variables": reader(Prefect.Variable.self),
    "POST /variables/filter": reader([Prefect.Variable].self),
    "POST /concurrency_limits": reader(Prefect.ConcurrencyLimit.self),
    "GET /concurrency_limits/tag/*": reader(Prefect.ConcurrencyLimit.self),
    "POST /concurrency_limits/filter": reader([Prefect.ConcurrencyLimit].self),
    "POST /v2/concurrency_limits": reader(Prefect.GlobalConcurrencyLimit.self),
    "POST /v2/concurrency_limits/filter": reader([Prefect.GlobalConcurrencyLimit].self),
    "GET /csrf-token": reader(Prefect.CsrfToken.self),
  ]

  @Test("Every answer of the server is read")
  func responses() throws {
    var read: Set<String> = []
    for exchange in try Recordings.exchanges() where (200...201).contains(exchange.status) {
      let route = "\(exchange.method) \(exchange.route)"
      guard let reader = Self.answers[route] else { continue }
      read.insert(route)
      #expect(throws: Never.self, "\(exchange.file): \(route)") { try reader(exchange.response) }
    }
    #expect(read.count > 25, "\(Set(Self.answers.keys).subtracting(read).sorted())")
  }

  /// Reads a body as one of our types and writes it again: what comes out must be what came in, but for nulls, which
  /// mean absence, and for the given members.
  private func expectSame<Body: Codable>(
    _ type: Body.Type, _ route: String, without ignored: Set<String> = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let bodies = try Recordings.exchanges().filter {
      "\($0.method) \($0.route)" == route && !$0.request.isNull
    }
    #expect(!bodies.isEmpty, "\(route)", sourceLocation: sourceLocation)
    for body in bodies {
      let written = try Body(wire: body.request).wireDocument()
      #expect(
        Self.comparable(written, ignored) == Self.comparable(body.request, ignored), "\(body.file): \(route)",
        sourceLocation: sourceLocation)
    }
  }

  /// Without nulls and empty containers, with moments in one form.
  private static func comparable(_ value: JSONValue, _ ignored: Set<String>) -> JSONValue {
    switch value {
    case .object(let members):
      .object(
        JSONObject(
          members.filter { !ignored.contains($0.key) }.map {
            (key: $0.key, value: comparable($0.value, ignored))
          }
          .filter { !$0.value.isNull && $0.value != [:] && $0.value != [] && $0.value != false }))
    case .array(let elements): .array(elements.map { comparable($0, ignored) })
    case .string(let text): WireDate.date(text).map { .string(WireDate.text($0)) } ?? value
    case .integer(let number): .number(Double(number))
    default: value
    }
  }

  @Test("What Prefect's programs send is what our types send")
  func requests() throws {
    try expectSame(Prefect.FlowCreate.self, "POST /flows")
    try expectSame(
      Prefect.DeploymentCreate.self, "POST /deployments", without: ["max_scheduled_runs", "branch", "url"])
    try expectSame(Prefect.DeploymentFlowRunCreate.self, "POST /deployments/*/create_flow_run")
    try expectSame([Prefect.DeploymentScheduleCreate].self, "POST /deployments/*/schedules")
    try expectSame(Prefect.DeploymentScheduleUpdate.self, "PATCH /deployments/*/schedules/*")
    try expectSame(Prefect.WorkPoolUpdate.self, "PATCH /work_pools/*", without: ["storage_configuration"])
    try expectSame(Prefect.WorkQueueCreate.self, "POST /work_pools/*/queues")
    try expectSame(Prefect.BlockTypeCreate.self, "POST /block_types")
    try expectSame(Prefect.BlockSchemaCreate.self, "POST /block_schemas")
    try expectSame(Prefect.VariableCreate.self, "POST /variables")
    try expectSame(Prefect.Filters.self, "POST /logs/filter", without: ["limit", "offset", "sort"])
    try expectSame(Prefect.Filters.self, "POST /flow_runs/filter", without: ["limit", "offset", "sort"])
  }

  @Test("A schema that Prefect registered has the checksum that we compute")
  func checksums() throws {
    let schemas = try Recordings.exchanges().filter { $0.method == "POST" && $0.route == "/block_schemas" }
    #expect(!schemas.isEmpty)
    for schema in schemas {
      let create = try Prefect.BlockSchemaCreate(wire: schema.request)
      #expect(create.checksum == schema.response["checksum"]?.string)
    }
  }
}
