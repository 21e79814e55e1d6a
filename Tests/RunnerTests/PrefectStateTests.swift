import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import Foundation
import HTTP
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Synchronization
import Testing

@testable import Runner

/// A server that keeps variables, and can be away.
private final class VariableServer: Sendable {
  let variables = Mutex<[String: JSONValue]>([:])
  let isAway = Mutex(false)

  func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Answer {
    if isAway.withLock({ $0 }) { return .text(503, "") }
    let name = request.target.split(separator: "/").last.map(String.init) ?? ""
    return variables.withLock { variables in
      switch request.method {
      case "POST":
        variables[request.json["name"]?.string ?? ""] = request.json["value"]
        return .json(201, Self.document(request.json["name"]?.string ?? "", request.json["value"]))
      case "GET":
        guard let value = variables[name] else { return .json(404, ["detail": "Variable not found"]) }
        return .json(200, Self.document(name, value))
      default:
        guard variables[name] != nil else { return .json(404, ["detail": "Variable not found"]) }
        variables[name] = request.method == "DELETE" ? nil : request.json["value"]
        return .text(204, "")
      }
    }
  }

  private static func document(_ name: String, _ value: JSONValue?) -> JSONValue {
    ["id": .string(UUID().wire), "name": .string(name), "value": value ?? .null, "tags": []]
  }
}

private func client(_ url: String) -> PrefectClient {
  var configuration = PrefectConfiguration(apiURL: url)
  configuration.maxRetries = 0
  configuration.supportsCSRF = false
  return PrefectClient(configuration)
}

@Suite("State of flows as variables of a server") struct PrefectStateTests {
  @Test(
    "A key is a name that Prefect takes",
    arguments: [
      ("variables/greeting", "greeting"), ("variables/my-name_2", "my-name_2"),
      ("watermarks/era5/last-month", "sluice_watermarks_era5_last-month_"),
      ("variables/Capital", "sluice_variables_capital_"),
    ])
  func names(key: String, name: String) throws {
    let text = try #require(VariableName(key)?.text)
    #expect(text.hasPrefix(name))
    #expect(text.wholeMatch(of: /[a-z0-9_-]{1,255}/) != nil)
  }

  @Test("Keys that become alike stay apart, long ones fit, and results of tasks stay in files")
  func apart() throws {
    #expect(VariableName("a/b_c") != VariableName("a_b/c"))
    #expect(VariableName("a/B") != VariableName("a/b"))
    let long = try #require(VariableName("cds/jobs/\(String(repeating: "x", count: 400))")?.text)
    #expect(long.count <= 255)
    #expect(VariableName("results/flow/task/key") == nil)
  }

  @Test("What was written is read, by whomever comes next, and gone when it is removed")
  func readBack() async throws {
    let variables = VariableServer()
    let server = try ScriptedServer { variables.answer($0) }
    let state = PrefectState(client(server.url), files: MemoryState())
    #expect(try await state.read("watermarks/f/w") == nil)
    try await state.write("watermarks/f/w", Array("\"2025-01\"".utf8))
    try await state.write("watermarks/f/w", Array("\"2025-02\"".utf8))
    try await state.write("cds/jobs/1", [0xFF, 0x00])
    let next = PrefectState(client(server.url), files: MemoryState())
    #expect(try await next.read("watermarks/f/w") == Array("\"2025-02\"".utf8))
    #expect(try await next.read("cds/jobs/1") == [0xFF, 0x00])
    try await next.write("watermarks/f/w", nil)
    try await next.write("watermarks/f/w", nil)
    #expect(try await next.read("watermarks/f/w") == nil)
    #expect(variables.variables.withLock { $0.count } == 1)
  }

  @Test("A write while the API is away is read back here, and made when it is there again")
  func away() async throws {
    let variables = VariableServer()
    let server = try ScriptedServer { variables.answer($0) }
    let state = PrefectState(client(server.url), files: MemoryState())
    try await state.write("watermarks/f/a", Array("1".utf8))
    variables.isAway.withLock { $0 = true }
    try await state.write("watermarks/f/a", Array("2".utf8))
    try await state.write("watermarks/f/b", Array("3".utf8))
    #expect(try await state.read("watermarks/f/a") == Array("2".utf8))
    await #expect(throws: PrefectFailure.self) { try await state.settle() }
    variables.isAway.withLock { $0 = false }
    try await state.settle()
    #expect(variables.variables.withLock { Set($0.values) } == [2, 3])
    try await state.settle()
  }

  @Test("What is too large for a variable is refused with its size")
  func large() async throws {
    let state = PrefectState(client("http://127.0.0.1:9/api"), files: MemoryState())
    let error = await #expect(throws: Fault.self) {
      try await state.write("watermarks/f/a", Array("\"\(String(repeating: "x", count: 5000))\"".utf8))
    }
    #expect(error?.message.contains("5002 bytes") == true)
    try await state.write("results/f/t/k", [UInt8](repeating: 0, count: 10_000))
    #expect(try await state.read("results/f/t/k")?.count == 10_000)
  }
}

@Suite("Blocks of a server") struct PrefectBlockTests {
  @Test("A block is read with its secrets, which are made known wherever they stand")
  func load() async throws {
    let server = try ScriptedServer(
      .json(
        200,
        [
          "id": .string(UUID().wire), "name": "prod", "block_schema_id": .string(UUID().wire),
          "block_type_id": .string(UUID().wire),
          "data": [
            "base_url": "https://dhis2.example.org", "username": "etl", "password": "made-up-pw-1",
            "extra": ["key": "made-up-pw-2"], "nested": ["token": "made-up-pw-3", "name": "plain-name"],
          ],
          "block_schema": [
            "id": .string(UUID().wire), "checksum": "sha256:0", "capabilities": [],
            "fields": ["secret_fields": ["password", "extra.*", "nested.token"]],
          ],
        ]))
    let blocks = PrefectBlocks(client(server.url))
    let credentials = try await BlockStore([blocks]).load(BlockReference<DHIS2Credentials>("prod"))
    #expect(credentials.baseURL == "https://dhis2.example.org")
    #expect(
      server.calls.map(\.target) == [
        "/api/block_types/slug/dhis2-credentials/block_documents/name/prod?include_secrets=true"
      ])
    #expect(
      Redaction.redact("made-up-pw-1 made-up-pw-2 made-up-pw-3 plain-name")
        == "******** ******** ******** plain-name")
  }

  @Test(
    "A block that is nowhere lists the server among the places; a server that is away is no missing block")
  func missing() async throws {
    let server = try ScriptedServer(.json(404, ["detail": "Block document not found"]), .text(503, ""))
    let store = BlockStore([EnvironmentBlocks([:]), PrefectBlocks(client(server.url))])
    let missing = await #expect(throws: Misconfiguration.self) {
      try await store.load(BlockReference<DHIS2Credentials>("prod"))
    }
    #expect(
      missing?.message.contains("blocks of the Prefect server at http://127.0.0.1:\(server.port)") == true)
    let away = await #expect(throws: PrefectFailure.self) {
      try await store.load(BlockReference<DHIS2Credentials>("prod"))
    }
    #expect(away?.kind == .transient)
  }
}

@Suite("Results of runs") struct ResultStoreTests {
  private let run = UUID()

  @Test("Without a block a result lies in a folder, under a path that says where")
  func folder() async throws {
    let folder = try TemporaryFolder()
    let store = ResultStore(
      block: nil, folder: "\(folder.path)/results", client: client("http://127.0.0.1:9/api"),
      blocks: BlockStore([]), http: HTTPClient())
    _ = Secret("made-up-result-secret")
    let metadata = try await store.keep(["n": 1, "s": "made-up-result-secret"], run: run)
    #expect(metadata.storageKey == "\(folder.path)/results/\(run.wire)")
    let record = try JSONValue(parsing: Data(contentsOf: URL(filePath: metadata.storageKey ?? "")))
    #expect(record["result"] == #"{"n":1,"s":"********"}"#)
    #expect(record["metadata"]?["serializer"]?["type"] == "json")
  }

  @Test("With a bucket it is an object there, and the block's id says where to look")
  func bucket() async throws {
    let objects = try ScriptedServer(.text(200, ""))
    let document = UUID()
    let server = try ScriptedServer(
      .json(
        200,
        [
          "id": .string(document.wire), "name": "results", "data": [:],
          "block_schema_id": .string(UUID().wire), "block_type_id": .string(UUID().wire),
        ]))
    var memory = MemoryBlocks()
    memory.add(
      S3Bucket.self, "results",
      [
        "bucket_name": "made-up", "bucket_folder": "runs",
        "credentials": [
          "minio_root_user": "user", "minio_root_password": "made-up-minio-password",
          "aws_client_parameters": ["endpoint_url": .string("http://127.0.0.1:\(objects.port)")],
        ],
      ])
    let store = ResultStore(
      block: "s3-bucket/results", folder: "/nowhere", client: client(server.url),
      blocks: BlockStore([memory]),
      http: HTTPClient())
    let metadata = try await store.keep(42, run: run)
    #expect(metadata.storageKey == run.wire)
    #expect(metadata.storageBlockID == document)
    let put = try #require(objects.requests.first)
    #expect(put.method == "PUT")
    #expect(put.target == "/made-up/runs/\(run.wire)")
    #expect(put.json["result"] == "42")
    #expect(put.json["metadata"]?["storage_block_id"]?.string == document.wire)
  }

  @Test("Without a block of its own a result goes where the server wants it: its default, found by its id")
  func serversDefault() async throws {
    let folder = try TemporaryFolder()
    let document = UUID()
    let block: JSONValue = [
      "id": .string(document.wire), "name": "here", "data": ["basepath": .string("\(folder.path)/kept")],
      "block_schema_id": .string(UUID().wire), "block_type_id": .string(UUID().wire),
      "block_type": [
        "id": .string(UUID().wire), "name": "Local File System", "slug": "local-file-system",
      ],
    ]
    let server = try ScriptedServer { request in
      switch request.target {
      case "/api/admin/storage":
        .json(200, ["default_result_storage_block_id": .string(document.wire)])
      case let path where path.contains("/block_documents/"): .json(200, block)
      default: .json(422, ["detail": "CSRF protection is disabled."])
      }
    }
    let prefect = client(server.url)
    let store = ResultStore(
      block: nil, folder: "/nowhere", client: prefect, blocks: BlockStore([PrefectBlocks(prefect)]),
      http: HTTPClient())
    let metadata = try await store.keep(7, run: run)
    #expect(metadata.storageKey == run.wire && metadata.storageBlockID == document)
    let record = try JSONValue(parsing: Data(contentsOf: URL(filePath: "\(folder.path)/kept/\(run.wire)")))
    #expect(record["result"] == "7")
  }

  @Test(
    "A server without a default, or too old to know one, leaves a result in the folder",
    arguments: [200, 404])
  func noDefault(status: Int) async throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer(
      .json(
        status, status == 200 ? ["default_result_storage_block_id": .null] : ["detail": "Not Found"]))
    let store = ResultStore(
      block: nil, folder: "\(folder.path)/results", client: client(server.url), blocks: BlockStore([]),
      http: HTTPClient())
    let metadata = try await store.keep(1, run: run)
    #expect(metadata.storageKey == "\(folder.path)/results/\(run.wire)" && metadata.storageBlockID == nil)
    #expect(server.calls.map(\.target) == ["/api/admin/storage"])
  }

  @Test("A block that keeps no files is refused")
  func wrongBlock() async throws {
    let store = ResultStore(
      block: "secret/x", folder: "/nowhere", client: client("http://127.0.0.1:9/api"), blocks: BlockStore([]),
      http: HTTPClient())
    let error = await #expect(throws: Misconfiguration.self) { try await store.keep(1, run: run) }
    #expect(error?.message == "results cannot be kept in the block secret/x")
  }
}
