import Foundation
import JSON
import Sandbox
import Testing

@Suite("A sandbox that is kept") struct StateTests {
  @Test("Metadata and values are there again, in the next sandbox of the same country")
  func kept() async throws {
    var options = SandboxOptions()
    options.stateFile =
      FileManager.default.temporaryDirectory.appending(path: "state-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: options.stateFile ?? "") }
    let first = try await Sandbox.start(options)
    let unit = try #require(first.orgUnits().first { $0.level == 2 }).id
    let metadata = """
      {"dataElements":[{"id":"abcdefghij1","name":"A","shortName":"A","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","zeroIsSignificant":true}],
       "dataSets":[{"id":"abcdefghij2","name":"S","shortName":"S","periodType":"Monthly","organisationUnits":[{"id":"\(unit)"}],"dataSetElements":[{"dataElement":{"id":"abcdefghij1"}}]}]}
      """
    #expect(try await post(first, "metadata", metadata) == 200)
    let values =
      "{\"dataSet\":\"abcdefghij2\",\"dataValues\":[{\"dataElement\":\"abcdefghij1\",\"period\":\"202401\",\"orgUnit\":\"\(unit)\",\"value\":\"7\",\"comment\":\"why\"}]}"
    #expect(try await post(first, "dataValueSets", values) == 200)
    let before = await first.dataValues()
    #expect(before.count == 1)
    try await first.stopKeepingState()
    let second = try await Sandbox.start(options)
    let after = await second.dataValues()
    #expect(after.map(\.value) == ["7"] && after.map(\.comment) == ["why"])
    #expect(after.map(\.orgUnit) == [unit] && after.map(\.period) == ["202401"])
    // What is there already is not created again.
    #expect(try await post(second, "dataValueSets", values) == 200)
    let kept = try #require(await second.dataValues().first)
    #expect(abs(kept.created.timeIntervalSince(before[0].created)) < 0.001)
    await second.stop()
  }

  @Test("A file that is something else is refused")
  func foreign() async throws {
    var options = SandboxOptions()
    let path = FileManager.default.temporaryDirectory.appending(path: "state-\(UUID().uuidString)")
    options.stateFile = path.path
    try Data("[]".utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    await #expect(throws: (any Error).self) { try await Sandbox.start(options) }
  }

  private func post(_ sandbox: Sandbox, _ path: String, _ body: String) async throws -> Int {
    try await sandbox.dhis2("POST", path, JSONValue(parsing: body), user: sandbox.dhis2AdminUsername).status
  }
}
