import Connectors
import FlowKit
import FlowKitTesting
import Foundation
import Testing

@Suite("The configuration files of the Climate Data Store's clients") struct CDSConfigurationFilesTests {
  private func with(_ files: [String: String], _ work: (String) async throws -> Void) async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "sluice-home-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    for (name, text) in files { try Data(text.utf8).write(to: home.appending(path: name)) }
    try await work(home.path)
  }

  private func load(_ environment: [String: String], log: Log = .silent) async throws -> CDSCredentials {
    try await BlockStore([
      CDSEnvironmentKey(environment: environment), EnvironmentBlocks(environment),
      CDSConfigurationFiles(environment: environment),
    ])
    .load(BlockReference("cds"), log: log)
  }

  @Test("Address and key are parted at the first colon; other lines are passed over")
  func file() async throws {
    try await with([".cdsapirc": "# mine\nurl: https://cds.example.org/api\nkey:  abc-123 \nverify: 1\n"]) {
      home in
      let credentials = try await load(["HOME": home])
      #expect(credentials.url == "https://cds.example.org/api")
      #expect(credentials.key.reveal() == "abc-123")
    }
  }

  @Test("The environment wins over the file, and CDSAPI_RC names another one")
  func precedence() async throws {
    try await with([".cdsapirc": "key: one", "other": "key: two"]) { home in
      let keythree = try await load(["HOME": home, "CDSAPI_KEY": "three"]).key.reveal()
      #expect(keythree == "three")
      let keytwo = try await load(["HOME": home, "CDSAPI_RC": "\(home)/other"]).key.reveal()
      #expect(keytwo == "two")
      let moved = try await load(["HOME": home, "CDSAPI_URL": "http://127.0.0.1:9/api"])
      #expect(moved.url == "http://127.0.0.1:9/api" && moved.key.reveal() == "one")
    }
  }

  @Test("The newer client's file and variables serve as well")
  func newer() async throws {
    try await with([".ecmwfdatastoresrc": "url: https://x.example.org/api\nkey: four"]) { home in
      let keyfour = try await load(["HOME": home]).key.reveal()
      #expect(keyfour == "four")
      let keyfive = try await load(["HOME": home, "ECMWF_DATASTORES_KEY": "five"]).key.reveal()
      #expect(keyfive == "five")
    }
  }

  @Test("A key of the environment goes to the address of the file, not to the public store")
  func merged() async throws {
    try await with([".cdsapirc": "url: https://cds.example.org/api\nkey: one"]) { home in
      let merged = try await load(["HOME": home, "CDSAPI_KEY": "three"])
      #expect(merged.url == "https://cds.example.org/api" && merged.key.reveal() == "three")
      // The newer client's key does not go to the older one's address.
      let other = try await load(["HOME": home, "ECMWF_DATASTORES_KEY": "five"])
      #expect(other.url == CDSCredentials.publicStore && other.key.reveal() == "five")
      let moved = try await load([
        "HOME": home, "CDSAPI_KEY": "three", "CDSAPI_URL": "http://127.0.0.1:9/api",
      ])
      #expect(moved.url == "http://127.0.0.1:9/api" && moved.key.reveal() == "three")
    }
  }

  @Test("That certificates are not to be verified is told and not followed", arguments: ["0", "1", nil])
  func verification(verify: String?) async throws {
    let text = "url: https://cds.example.org/api\nkey: one\n\(verify.map { "verify: \($0)" } ?? "")"
    try await with([".cdsapirc": text]) { home in
      for environment in [["HOME": home], ["HOME": home, "CDSAPI_KEY": "three"]] {
        let test = TestRun()
        _ = try await load(environment, log: test.flowRun().log)
        let warnings = test.reporter.lines.filter { $0.level == .warning }.map(\.message)
        #expect(
          warnings
            == (verify == "0"
              ? [
                "\(home)/.cdsapirc says verify: 0, which is not followed: the certificate of the Climate Data Store is always verified"
              ] : []))
      }
    }
  }

  @Test("Without any, the message names the files too")
  func missing() async throws {
    try await with([:]) { home in
      let error = await #expect(throws: Misconfiguration.self) { try await load(["HOME": home]) }
      #expect(error?.message.contains("\(home)/.cdsapirc (no key there)") == true)
    }
  }
}
