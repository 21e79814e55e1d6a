import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import HTTP
import Sandbox

@testable import Climate

/// A run against stand-ins, with a clock that does not wait.
struct SandboxRun {
  let sandbox: Sandbox
  var test = TestRun()

  /// Starts the stand-ins, does some work on them, and stops them.
  static func with<Result>(
    _ change: (inout SandboxOptions) -> Void = { _ in }, _ work: (SandboxRun) async throws -> Result
  ) async throws -> Result {
    var options = SandboxOptions()
    options.queueTime = .zero
    options.holdingNetCDF = { work in try NetCDFLibrary.exclusively { _ in try work() } }
    change(&options)
    let run = try SandboxRun(await Sandbox.start(options))
    do {
      let result = try await work(run)
      await run.sandbox.stop()
      return result
    } catch {
      await run.sandbox.stop()
      throw error
    }
  }

  private init(_ sandbox: Sandbox) throws {
    self.sandbox = sandbox
    test.scratchFolder = try TestFolder.make()
    test.blocks.add(
      DHIS2Credentials.self, "dhis2",
      [
        "base_url": .string(sandbox.dhis2URL), "username": .string(sandbox.dhis2Username),
        "password": .string(sandbox.dhis2Password),
      ])
    test.blocks.add(
      CDSCredentials.self, "cds", ["url": .string(sandbox.cdsURL), "key": .string(sandbox.cdsKey)])
    test.services[GitHubAddress.self] = sandbox.githubURL
    test.services[HTTPService.self] = HTTPClient(clock: test.clock)
  }

  /// The values that DHIS2 holds: data element, period, org unit -> value.
  func values() async -> [String: String] {
    let pairs = await sandbox.dataValues().map { ("\($0.dataElement) \($0.period) \($0.orgUnit)", $0.value) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Changes a property of a DHIS2 object as the superuser.
  func patch(_ object: String, _ path: String, _ value: JSONValue) async throws {
    let patch: JSONValue = [["op": "add", "path": .string(path), "value": value]]
    var request = HTTPRequest(
      .patch, "\(sandbox.dhis2URL)/api/\(object)",
      headers: ["Content-Type": "application/json-patch+json", "X-Requested-With": "XMLHttpRequest"],
      body: .bytes(patch.bytes()),
      authentication: .basic(username: sandbox.dhis2AdminUsername, password: Secret(sandbox.dhis2Password)))
    request.retry = .never
    let response = try await HTTPClient(clock: test.clock).send(request)
    guard response.status == 200 else { throw Rejection("patching: \(response.status) \(response.text)") }
  }

  /// The id of the org unit group that DHIS2 has.
  func group() async throws -> String {
    var request = HTTPRequest(.get, "\(sandbox.dhis2URL)/api/organisationUnitGroups")
    request.authentication = .basic(
      username: sandbox.dhis2Username, password: Secret(sandbox.dhis2Password))
    let answer = try JSONValue(parsing: try await HTTPClient(clock: test.clock).send(request).body)
    guard let id = answer["organisationUnitGroups"]?[0]?["id"]?.string else {
      throw Rejection("the sandbox has no org unit group: \(answer)")
    }
    return id
  }

  /// How many requests of a method hit a path.
  func requests(_ method: String, _ path: String) async -> Int {
    await sandbox.requests().count { $0.method == method && $0.path.contains(path) }
  }
}
