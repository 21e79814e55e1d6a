import Foundation
import JSON
import PrefectClient
import PrefectTesting
import Testing
import Worker

@testable import SluiceCLI

@Suite("sluice health") struct HealthTests {
  private func addresses(_ variables: [String: String], port: Int? = nil) throws -> [String] {
    let environment = variables.merging(["HOME": "/nonexistent"]) { first, _ in first }
    return try HealthServerSettings.addresses(PrefectSettings(environment: environment), port: port).map {
      "\($0.host):\($0.port)"
    }
  }

  @Test("Where it asks: by the settings of a worker's health server, of a served flow's, or of both")
  func places() throws {
    let image = [
      "PREFECT_RUNNER_SERVER_HOST": "0.0.0.0", "PREFECT_RUNNER_SERVER_PORT": "8080",
      "PREFECT_WORKER_WEBSERVER_HOST": "0.0.0.0", "PREFECT_WORKER_WEBSERVER_PORT": "8080",
    ]
    #expect(try addresses([:]) == ["localhost:8080"])
    #expect(try addresses(image) == ["localhost:8080"])
    #expect(
      try addresses(image.merging(["PREFECT_WORKER_WEBSERVER_PORT": "9090"]) { $1 })
        == ["localhost:8080", "localhost:9090"])
    #expect(try addresses(["PREFECT_WORKER_WEBSERVER_PORT": "9090"]) == ["localhost:9090"])
    #expect(try addresses(["PREFECT_RUNNER_SERVER_HOST": "10.0.0.1"]) == ["10.0.0.1:8080"])
    #expect(try addresses(image, port: 7000) == ["localhost:7000"])
  }

  @Test("A port that is none is named", arguments: ["70000", "1e300", "-1", "80.5"])
  func noPort(text: String) {
    let error = #expect(throws: (any Error).self) { try addresses(["PREFECT_RUNNER_SERVER_PORT": text]) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("PREFECT_RUNNER_SERVER_PORT"))
  }

  @Test("In an image whose worker has another port it finds the worker there, and what answers first counts")
  func workersPort() async throws {
    // A port that is free at the moment: the one of a server that has just stopped.
    let free = try ScriptedServer(.cut).port
    let worker = try ScriptedServer(.json(200, ["message": "OK"]))
    let variables = [
      "PREFECT_RUNNER_SERVER_HOST": "127.0.0.1", "PREFECT_RUNNER_SERVER_PORT": "\(free)",
      "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1", "PREFECT_WORKER_WEBSERVER_PORT": "\(worker.port)",
    ]
    let well = try await Program.run("health", environment: variables)
    #expect(well.code == 0 && well.output == "OK\n", "\(well.errors)")
    let told = try await Program.run("health", "-o", "json", environment: variables)
    #expect(try JSONValue(parsing: told.output) == ["message": "OK", "status": 200])
    let ill = try ScriptedServer(.json(503, ["message": "Not polled"]))
    let first = try await Program.run(
      "health", environment: variables.merging(["PREFECT_RUNNER_SERVER_PORT": "\(ill.port)"]) { $1 })
    #expect(first.code == 1 && first.output == "Not polled\n", "\(first.errors)")
  }
}
