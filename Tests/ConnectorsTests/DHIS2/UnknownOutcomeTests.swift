import Essentials
import FlowKitTesting
import JSON
import Sandbox
import Synchronization
import Testing

@testable import Connectors

@Suite("What an import does when nobody knows what became of a request") struct UnknownOutcomeTests {
  private typealias Script = ScriptedDHIS2

  /// As DHIS2 up to 2.42 answers whatever goes wrong inside.
  private static let failed = ScriptedDHIS2.json(
    #"{"httpStatus":"Conflict","httpStatusCode":409,"status":"ERROR","message":"An error occurred, please check import summary.","response":{"responseType":"ImportSummary","status":"ERROR","description":"The import process failed: could not obtain a connection","importCount":{"imported":0,"updated":0,"ignored":0,"deleted":0},"conflicts":[],"rejectedIndexes":[]}}"#,
    status: 409)

  private static func held(
    _ units: some Sequence<String>, value: String = "1", comment: String? = nil
  ) -> StoreReply {
    let rows = units.map {
      "{\"dataElement\":\"fClA2Erf6IO\",\"period\":\"202401\",\"orgUnit\":\"\($0)\",\"value\":\"\(value)\"\(comment.map { ",\"comment\":\"\($0)\"" } ?? "")}"
    }
    return Script.json("{\"dataValues\":[\(rows.joined(separator: ","))]}")
  }

  @Test("A failure inside the server is read back and sent once more")
  func insideFailure() async throws {
    let script = try Script { request, number in
      switch (request.method, request.path) {
      case ("POST", _): number == 0 ? Self.failed : Script.summary(imported: 4)
      case (_, "/api/dataValueSets.json"): number == 0 ? nil : Self.held(Script.units.prefix(2))
      default: nil
      }
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 6 && receipt.unknownOutcomes == 1 && receipt.requests == 2)
  }

  @Test("A failure inside the server that comes again is a passing failure, with its reason")
  func lastingInsideFailure() async throws {
    let script = try Script { request, _ in request.method == "POST" ? Self.failed : nil }
    let error = await #expect(throws: DHIS2Failure.self) {
      try await script.server.importValues(Script.values, options: Script.options)
    }
    #expect(error?.kind == .transient && error?.message.contains("could not obtain a connection") == true)
    #expect(script.store.requests.count { $0.method == "POST" } == 2)
  }

  @Test("Requests become smaller where server or proxy gave up waiting, and what is left goes in parts")
  func shrinking() async throws {
    let sizes = Mutex<[Int]>([])
    let kept = Mutex<Set<String>>([])
    let script = try Script("2.43.2") { request, _ in
      if request.method == "POST" {
        let sent = Script.sent(request)
        sizes.withLock { $0.append(sent.count) }
        guard sent.count <= 2 else { return StoreReply(status: 504) }
        kept.withLock { $0.formUnion(sent) }
        return Script.summary(updated: sent.count)
      }
      return request.path == "/api/dataValueSets.json" ? Self.held(kept.withLock { $0 }) : nil
    }
    var options = Script.options
    options.chunk.least = 1
    let receipt = try await script.server.importValues(Script.values, options: options)
    #expect(receipt.created == 6 && receipt.unknownOutcomes == 2)
    #expect(sizes.withLock { $0 } == [6, 3, 1, 1, 1, 1, 1, 1])
    #expect(script.clock.waits.count { $0 == options.settlingTime } == 2)
  }

  @Test(
    "What may still be under way is not sent again before it is settled; what is there is not waited for",
    arguments: [true, false])
  func lostAnswer(isTaken: Bool) async throws {
    let script = try Script("2.43.2") { request, number in
      switch (request.method, request.path) {
      case ("POST", _): number == 0 ? StoreReply(status: 502) : Script.summary(updated: 6)
      case (_, "/api/dataValueSets.json"): isTaken && number > 0 ? Self.held(Script.units) : nil
      default: nil
      }
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 6 && receipt.requests == (isTaken ? 1 : 2))
    #expect(script.clock.waits.count { $0 == Script.options.settlingTime } == (isTaken ? 0 : 1))
  }

  @Test("Where it cannot be read back either, both are told")
  func unreadable() async throws {
    let script = try Script { request, number in
      if request.method == "POST" { return StoreReply(status: 504) }
      return request.path == "/api/dataValueSets.json" && number > 0 ? StoreReply(status: 503) : nil
    }
    let error = await #expect(throws: DHIS2Failure.self) {
      try await script.server.importValues(Script.values, options: Script.options)
    }
    #expect(error?.kind == .transient)
    #expect(error?.message.contains("504") == true && error?.message.contains("503") == true)
    #expect(error?.message.contains("what became of 6 values is not known") == true)
  }

  @Test("A value that is sent for its comment is done when DHIS2 has the comment", arguments: [nil, "final"])
  func comments(arrived: String?) async throws {
    let script = try Script { request, number in
      switch (request.method, request.path) {
      case ("POST", _): number == 0 ? StoreReply(status: 502) : Script.summary(updated: 1)
      case (_, "/api/dataValueSets.json"):
        Self.held([Script.units[0]], comment: number == 0 ? "preliminary" : arrived ?? "preliminary")
      default: nil
      }
    }
    let value = DataValue(Script.value(0).key, value: "1", comment: "final")
    var options = Script.options
    options.resent = [value.key]
    let receipt = try await script.server.importValues([value], options: options)
    #expect(receipt.updated == 1 && receipt.requests == (arrived == nil ? 2 : 1))
  }
}
