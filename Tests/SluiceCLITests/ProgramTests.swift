import Essentials
import Foundation
import JSON
import Sandbox
import Testing

/// The program as people call it: a process of its own.
struct Program {
  /// What it left behind.
  struct Ending {
    let code: Int32
    let output: String
    let errors: String
    /// Everything that was written anywhere: both streams and all files of the record.
    let everything: String
  }

  /// The program that was built beside the tests.
  static let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
    path: "sluice"
  ).path

  static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Ending {
    try await run(arguments, environment: environment)
  }

  /// - Parameter input: what it reads; nothing, unless it is said.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], input: FileHandle = .nullDevice
  ) async throws -> Ending {
    let home = FileManager.default.temporaryDirectory.appending(path: "sluice-program-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = home
    process.standardInput = input
    process.environment = environment.merging(["HOME": home.path, "PATH": "/usr/bin:/bin"]) { first, _ in
      first
    }
    let (output, errors) = (home.appending(path: "out.txt"), home.appending(path: "err.txt"))
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    await withCheckedContinuation { continuation in
      process.terminationHandler = { _ in continuation.resume() }
      do { try process.run() } catch {
        Issue.record("\(path) cannot be run: \(error)")
        continuation.resume()
      }
    }
    let files = FileManager.default.enumerator(at: home, includingPropertiesForKeys: [.isRegularFileKey])
    let texts = (files?.allObjects as? [URL] ?? []).compactMap {
      try? String(contentsOf: $0, encoding: .utf8)
    }
    return Ending(
      code: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8), everything: texts.joined(separator: "\n"))
  }
}

@Suite("The program") struct ProgramTests {
  private func environment(of sandbox: Sandbox) -> [String: String] {
    [
      "DHIS2_BASE_URL": sandbox.dhis2URL, "DHIS2_USERNAME": sandbox.dhis2Username,
      "DHIS2_PASSWORD": sandbox.dhis2Password, "CDSAPI_URL": sandbox.cdsURL, "CDSAPI_KEY": sandbox.cdsKey,
      "GITHUB_API_URL": sandbox.githubURL,
    ]
  }

  @Test(
    "Exit codes tell whose problem it is",
    arguments: [
      "frobnicate": 2, "run": 2, "run retrieve_github_stars --bogus 1": 2, "zonal": 2, "completion tcsh": 2,
      "run no_such_flow": 3, "run dhis2_era5_climate_import --org-unit-level 11": 3,
      "run dhis2_era5_climate_import": 3, "--version": 0, "flows": 0, "run --help": 0,
      "run retrieve_github_stars --help": 0, "completion fish": 0, "serve json_filter --cron bad": 3,
      "serve json_filter json_filter": 3, "serve json_filter --interval often": 2, "--no-prompt flows": 0,
    ] as [String: Int32])
  func exitCodes(line: String, code: Int32) async throws {
    let ending = try await Program.run(line.split(separator: " ").map(String.init))
    #expect(ending.code == code, "\(ending.errors)")
    #expect((ending.code == 0) == ending.errors.isEmpty)
  }

  @Test("A missing block lists every place that was searched")
  func missingBlock() async throws {
    let ending = try await Program.run(
      "run", "dhis2_era5_climate_import", "--from", "2025-01", "--to", "2025-01")
    #expect(ending.code == 3)
    #expect(
      ending.errors.contains(
        "no block \"dhis2\" of type dhis2-credentials was found; searched: environment variables (not set: DHIS2_BASE_URL, DHIS2_PASSWORD, DHIS2_USERNAME; or DHIS2_BASE_URL, DHIS2_TOKEN); documents in blocks/"
      ), "\(ending.errors)")
  }

  @Test("The result is on the standard output alone, and everything else is not")
  func result() async throws {
    let ending = try await Program.run(
      "run", "retrieve_github_stars", "--sandbox", "--repos", "python/cpython")
    #expect(ending.code == 0)
    #expect(try JSONValue(parsing: ending.output) == [65_123])
    #expect(ending.errors.contains("python/cpython has 65123 stars"))
  }

  @Test("--json prints state, result, artifacts and record as one document")
  func json() async throws {
    let good = try await Program.run(
      "run", "retrieve_github_stars", "--sandbox", "--json", "--repos", "python/cpython")
    let document = try JSONValue(parsing: good.output)
    #expect(document["state"] == ["type": "COMPLETED", "name": "Completed"])
    #expect(document["result"] == [65_123])
    #expect(document["artifacts"]?["github-stars"]?.string?.hasSuffix("/github-stars.json") == true)
    let bad = try await Program.run(
      "run", "retrieve_github_stars", "--sandbox", "--json", "--repos", "no/such-thing")
    let failure = try JSONValue(parsing: bad.output)
    #expect(failure["state"] == ["type": "FAILED", "name": "Misconfigured"])
    #expect(failure["error"]?["kind"] == "configuration")
    #expect(bad.code == 3)
  }

  @Test("--json names the artifacts of a run that failed: its receipt among them")
  func receiptOfAFailure() async throws {
    let month = CalendarMonth(of: CalendarDate(utc: Date())).description
    let bad = try await Program.run(
      "run", "dhis2_era5_climate_import", "--sandbox", "--json", "--from", month, "--to", month,
      "--indicators", "mean_temperature")
    let document = try JSONValue(parsing: bad.output)
    #expect(document["state"]?["name"] == "Rejected", "\(bad.errors)")
    let record = try #require(document["record"]?.string)
    let artifacts = try #require(document["artifacts"]?.object)
    #expect(artifacts["climate-import-receipt"]?.string == "\(record)/climate-import-receipt.json")
    #expect(artifacts["run"] == nil)
  }

  @Test("No output of a failing run has a secret in it")
  func secrets() async throws {
    let sandbox = try await Sandbox.start(SandboxOptions())
    var variables = environment(of: sandbox)
    variables["DHIS2_PASSWORD"] = "the-wrong-password-7"
    let refused = try await Program.run(
      "run", "dhis2_era5_climate_import", "--from", "2025-01", "--to", "2025-01", "--log-level", "debug",
      environment: variables)
    #expect(refused.code == 3)
    #expect(!refused.everything.contains("the-wrong-password-7"))
    #expect(refused.everything.contains("credentials were refused"))

    variables = environment(of: sandbox)
    variables["CDSAPI_KEY"] = sandbox.cdsKeyWithoutLicence
    let unlicensed = try await Program.run(
      "run", "dhis2_era5_climate_import", "--from", "2025-01", "--to", "2025-01", "--log-level", "debug",
      environment: variables)
    #expect(unlicensed.code == 3)
    for secret in [sandbox.cdsKeyWithoutLicence, sandbox.dhis2Password, basic(sandbox)] {
      #expect(!unlicensed.everything.contains(secret))
    }
    await sandbox.stop()
  }

  /// What the Authorization header has: the password in another dress.
  private func basic(_ sandbox: Sandbox) -> String {
    Data("\(sandbox.dhis2Username):\(sandbox.dhis2Password)".utf8).base64EncodedString()
  }

  @Test("A server that does not answer is a transient failure")
  func unreachable() async throws {
    let ending = try await Program.run(
      "run", "dhis2_era5_climate_import", "--from", "2025-01", "--to", "2025-01",
      environment: [
        "DHIS2_BASE_URL": "http://127.0.0.1:1", "DHIS2_TOKEN": "d2pat_none", "CDSAPI_KEY": "k",
        "CDSAPI_URL": "http://127.0.0.1:1",
      ])
    #expect(ending.code == 4, "\(ending.errors)")
    #expect(ending.errors.contains("127.0.0.1:1"))
  }

  @Test("The doctor finds everything well where it is")
  func doctor() async throws {
    let sandbox = try await Sandbox.start(SandboxOptions())
    let ending = try await Program.run("doctor", environment: environment(of: sandbox))
    await sandbox.stop()
    #expect(ending.code == 0, "\(ending.output)")
    #expect(ending.output.contains("version 2.42.6, user etl"))
    #expect(ending.output.contains("licences accepted"))
  }
}
