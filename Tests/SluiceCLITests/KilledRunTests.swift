import Foundation
import PrefectTesting
import Sandbox
import Testing

@Suite("A run that was killed is gone on with by the next one") struct KilledRunTests {
  /// A moment in the life of an import, and how the sandbox holds the program there.
  struct Moment: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let faults: [SandboxFault]
    /// What has been asked when the moment has come: a method, a part of the path, how often.
    let seen: (method: String, path: String, count: Int)
  }

  static let moments = [
    Moment(
      testDescription: "before the request is handed in",
      faults: [SandboxFault(path: "/costing", way: .slow(.seconds(60)))],
      seen: ("GET", "/organisationUnits", 1)),
    Moment(
      testDescription: "while the job is queued",
      faults: [SandboxFault(path: "/retrieve/v1/jobs/", method: "GET", way: .slow(.seconds(60)))],
      seen: ("POST", "/execution", 1)),
    Moment(
      testDescription: "in the download",
      faults: [SandboxFault(path: "/cds-assets/", method: "GET", way: .slow(.seconds(60)))],
      seen: ("GET", "/results", 1)),
    Moment(
      testDescription: "before the metadata are written",
      faults: [SandboxFault(path: "/dataElements", method: "GET", way: .slow(.seconds(60)))],
      seen: ("GET", "/cds-assets/", 1)),
    Moment(
      testDescription: "between two chunks of values",
      faults: [
        SandboxFault(path: "/dataValueSets", method: "POST", way: .slow(.zero)),
        SandboxFault(path: "/dataValueSets", method: "POST", way: .slow(.seconds(60))),
      ], seen: ("POST", "/dataValueSets", 1)),
    Moment(
      testDescription: "before the values are read back",
      faults: [SandboxFault(path: "/dataValueSets", method: "GET", way: .slow(.seconds(1)), times: 1000)],
      seen: ("POST", "/dataValueSets", 2)),
  ]

  private static let arguments = [
    "run", "dhis2_era5_climate_import", "--org-unit-level", "3", "--from", "2024-03", "--to", "2025-02",
  ]

  private static func variables(_ sandbox: Sandbox) -> [String: String] {
    [
      "DHIS2_BASE_URL": sandbox.dhis2URL, "DHIS2_USERNAME": sandbox.dhis2Username,
      "DHIS2_PASSWORD": sandbox.dhis2Password, "CDSAPI_URL": sandbox.cdsURL, "CDSAPI_KEY": sandbox.cdsKey,
    ]
  }

  private static func count(_ sandbox: Sandbox, _ seen: (method: String, path: String, count: Int)) async
    -> Int
  {
    await sandbox.requests().count { $0.method == seen.method && $0.path.contains(seen.path) }
  }

  private static func values(_ sandbox: Sandbox) async -> [String: String] {
    let pairs = await sandbox.dataValues().map { ("\($0.dataElement) \($0.period) \($0.orgUnit)", $0.value) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  @Test("kill -9, then run again: the same values once, nothing asked twice of the store", arguments: moments)
  func killed(moment: Moment) async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "sluice-killed-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    var options = SandboxOptions()
    options.queueTime = .zero
    options.faults = SandboxFaults(moment.faults)
    let sandbox = try await Sandbox.start(options)

    let first = try RunningProgram(
      Program.path, Self.arguments, home: home.path, environment: Self.variables(sandbox))
    _ = try await eventually(every: .milliseconds(10)) {
      await Self.count(sandbox, moment.seen) < moment.seen.count && first.isRunning ? nil : true
    }
    #expect(first.isRunning, "the program ended before the moment came: \(first.errors)")
    first.send(SIGKILL)
    await first.ended()

    let second = try RunningProgram(
      Program.path, Self.arguments, home: home.path, environment: Self.variables(sandbox))
    let code = await second.ended()
    let wanted = try await Self.undisturbed.value
    #expect(code == wanted.code, "\(second.errors)")
    #expect(await Self.values(sandbox) == wanted.values)
    #expect(await Self.count(sandbox, ("POST", "/execution", 0)) == wanted.jobs)
    await sandbox.stop()
  }

  /// What a run leaves that nobody disturbs: how it ends, the values, and how many jobs it took.
  private static let undisturbed = Task {
    let home = FileManager.default.temporaryDirectory.appending(
      path: "sluice-undisturbed-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    var options = SandboxOptions()
    options.queueTime = .zero
    let sandbox = try await Sandbox.start(options)
    let program = try RunningProgram(
      Program.path, arguments, home: home.path, environment: variables(sandbox))
    let code = await program.ended()
    let found = await values(sandbox)
    let jobs = await count(sandbox, ("POST", "/execution", 0))
    await sandbox.stop()
    #expect(found.count > 1000, "\(program.errors)")
    return (code: code, values: found, jobs: jobs)
  }
}
