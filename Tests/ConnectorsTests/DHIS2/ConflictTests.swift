import Essentials
import JSON
import Testing

@testable import Connectors

@Suite("Refusals of DHIS2, row by row") struct ConflictTests {
  private typealias Script = ScriptedDHIS2

  @Test("Grouped conflicts of 2.42 are mapped back to their rows")
  func grouped() async throws {
    let script = try Script { request, _ in
      guard request.method == "POST" else { return nil }
      return Script.summary(
        status: 409, "WARNING", imported: 2, ignored: 4,
        conflicts:
          #"[{"object":"fClA2Erf6IO","value":"not numeric","errorCode":"E7619","property":"value","indexes":[1,3]},{"object":"x","value":"no unit","errorCode":"E7612","indexes":[4]},{"object":"202401","value":"too late","errorCode":"E7641","indexes":[5]}]"#,
        rejected: [1, 3, 4, 5])
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 2 && receipt.refused == 4 && receipt.total == 6)
    #expect(receipt.refusals.map(\.value.key.orgUnit) == [1, 3, 4, 5].map { Script.units[$0] })
    #expect(
      receipt.refusals.map(\.why) == [.valueInvalid, .valueInvalid, .orgUnitNotFound, .periodInFuture])
    #expect(receipt.refusals[0].code == "E7619")
  }

  @Test("Unchanged values of 2.42, ignored by the server, are no refusals")
  func ignored() async throws {
    let script = try Script { request, _ in
      request.method == "POST" ? Script.summary(imported: 3, updated: 1, ignored: 2) : nil
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 3 && receipt.updated == 1 && receipt.unchanged == 2 && receipt.refused == 0)
  }

  @Test("Conflicts without indexes are settled by what DHIS2 holds")
  func withoutIndexes() async throws {
    let held = Script.units[..<4].map {
      "{\"dataElement\":\"fClA2Erf6IO\",\"period\":\"202401\",\"orgUnit\":\"\($0)\",\"categoryOptionCombo\":\"HllvX50cXC0\",\"attributeOptionCombo\":\"HllvX50cXC0\",\"value\":\"1.0\"}"
    }
    let script = try Script { request, number in
      if request.method == "POST" {
        return Script.summary(
          status: 409, "WARNING", imported: 4, ignored: 2,
          conflicts:
            "[{\"object\":\"\(Script.units[4])\",\"value\":\"first\"},{\"object\":\"\(Script.units[5])\",\"value\":\"second\"}]"
        )
      }
      guard request.path == "/api/dataValueSets.json", number > 0 else { return nil }
      return Script.json("{\"dataValues\":[\(held.joined(separator: ","))]}")
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 4 && receipt.refused == 2)
    #expect(receipt.refusals.map(\.reason) == ["first", "second"])
  }

  @Test(
    "An error of the data set ends the import",
    arguments: [("E7600", FailureKind.configuration), ("E7645", .rejected)])
  func wholeError(code: String, kind: FailureKind) async throws {
    let script = try Script { request, _ in
      request.method == "POST"
        ? Script.summary(
          status: 409, "ERROR",
          conflicts: "[{\"value\":\"it is about the whole\",\"errorCode\":\"\(code)\"}]") : nil
    }
    let error = await #expect(throws: DHIS2Failure.self) {
      try await script.server.importValues(Script.values, options: Script.options)
    }
    #expect(error?.kind == kind && error?.message.contains("about the whole") == true)
    #expect(script.store.requests.count { $0.method == "POST" } == 1)
  }

  @Test("A group that 2.43 refuses for a named unit goes through without it, by two requests")
  func namedUnit() async throws {
    let bad = Script.units[2]
    let script = try Script("2.43.2") { request, _ in
      guard request.method == "POST" else { return nil }
      let sent = Script.sent(request)
      guard sent.contains(bad) else { return Script.summary(updated: sent.count) }
      return Script.summary(
        status: 409, "ERROR",
        conflicts:
          "[{\"objects\":{\"args\":\"x-[\(bad)]\"},\"value\":\"Data set BfMAe6Itzgt not usable with org unit(s): `[\(bad)]`\",\"errorCode\":\"E8022\",\"indexes\":\(Array(sent.indices))}]",
        rejected: Array(sent.indices))
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 5 && receipt.refused == 1 && receipt.requests == 2)
    #expect(
      receipt.refusals.map(\.value.key.orgUnit) == [bad] && receipt.refusals[0].why == .orgUnitNotAssigned)
  }

  @Test("A bad row that no message names is found by halves, in a logarithm of requests")
  func bisection() async throws {
    let values = (1...6).flatMap { month in (0..<6).map { Script.value($0, period: "20230\(month)") } }
    let bad = values[17].key
    let script = try Script("2.43.2") { request, _ in
      guard request.method == "POST" else { return nil }
      let rows = (try? JSONValue(parsing: request.body))?["dataValues"]?.array ?? []
      let isBad = rows.contains { $0["orgUnit"]?.string == bad.orgUnit && $0["period"]?.string == bad.period }
      guard isBad else { return Script.summary(updated: rows.count) }
      return Script.summary(
        status: 409, "ERROR",
        conflicts: "[{\"value\":\"approved\",\"errorCode\":\"E8033\",\"indexes\":\(Array(rows.indices))}]",
        rejected: Array(rows.indices))
    }
    let receipt = try await script.server.importValues(values, options: Script.options)
    #expect(receipt.created == 35 && receipt.refused == 1 && receipt.refusals[0].value.key == bad)
    // Two halves for each of the six times that 36 rows can be halved, and the first request.
    #expect(receipt.requests <= 13)
  }

  @Test("A row that 2.43 cannot read is taken out by its number")
  func decoding() async throws {
    let bad = Script.units[3]
    let script = try Script("2.43.2") { request, _ in
      guard request.method == "POST" else { return nil }
      let sent = Script.sent(request)
      guard let index = sent.firstIndex(of: bad) else { return Script.summary(updated: sent.count) }
      return Script.json(
        "{\"status\":\"ERROR\",\"message\":\"Value #\(index) has no org unit\",\"errorCode\":\"E8101\"}",
        status: 400)
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 5 && receipt.refused == 1 && receipt.refusals[0].why == .unreadable)
  }

  @Test("A unit that 2.43 finds closed loses the periods that are named, and no other unit does")
  func closedUnit() async throws {
    let bad = Script.units[2]
    let closed = ["202302", "202303"]
    let values = (1...4).flatMap { month in (0..<6).map { Script.value($0, period: "20230\(month)") } }
    let script = try Script("2.43.2") { request, _ in
      guard request.method == "POST" else { return nil }
      let rows = (try? JSONValue(parsing: request.body))?["dataValues"]?.array ?? []
      let isBad = rows.contains {
        $0["orgUnit"]?.string == bad && closed.contains($0["period"]?.string ?? "")
      }
      guard isBad else { return Script.summary(updated: rows.count) }
      return Script.summary(
        status: 409, "ERROR",
        conflicts:
          "[{\"objects\":{\"args\":\"\(bad)-[202302, 202303]\"},\"value\":\"Untimely data entry for org unit \(bad) and period(s): `[202302, 202303]`\",\"errorCode\":\"E8031\",\"indexes\":\(Array(rows.indices))}]",
        rejected: Array(rows.indices))
    }
    let receipt = try await script.server.importValues(values, options: Script.options)
    #expect(receipt.created == 22 && receipt.refused == 2 && receipt.requests == 2)
    #expect(receipt.refusals.map(\.value.key.period) == closed)
    #expect(receipt.refusals.allSatisfy { $0.value.key.orgUnit == bad && $0.why == .orgUnitClosed })
  }

  @Test("Approved data are set aside by unit and period, the default combination unnamed in the row")
  func approved() async throws {
    let bad = Script.units[4]
    let script = try Script("2.43.2") { request, _ in
      guard request.method == "POST" else { return nil }
      let sent = Script.sent(request)
      guard sent.contains(bad) else { return Script.summary(updated: sent.count) }
      return Script.summary(
        status: 409, "ERROR",
        conflicts:
          "[{\"value\":\"Untimely data entry (already approved) for attribute option combo HllvX50cXC0, org unit \(bad) and periods: `[202401]`\",\"errorCode\":\"E8033\",\"indexes\":\(Array(sent.indices))}]",
        rejected: Array(sent.indices))
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 5 && receipt.requests == 2)
    #expect(receipt.refusals.map(\.value.key.orgUnit) == [bad] && receipt.refusals[0].why == .approved)
  }

  @Test(
    "An error of the whole request inside a summary, with the index -1, is final",
    arguments: ["E8002", "E8003"])
  func wholeInSummary(code: String) async throws {
    let script = try Script("2.43.2") { request, _ in
      request.method == "POST"
        ? Script.summary(
          status: 409, "ERROR",
          conflicts:
            "[{\"objects\":{\"args\":\"[fClA2Erf6IO]\"},\"value\":\"Data set detection failed: `[fClA2Erf6IO]`\",\"errorCode\":\"\(code)\",\"indexes\":[-1]}]",
          rejected: [-1]) : nil
    }
    let error = await #expect(throws: DHIS2Failure.self) {
      try await script.server.importValues(Script.values, options: Script.options)
    }
    #expect(error?.kind == .configuration && error?.code == code)
    #expect(script.store.requests.count { $0.method == "POST" } == 1)
  }

  @Test("A row that 2.43 cannot read is taken out where a summary with the index -1 says so")
  func decodingInSummary() async throws {
    let bad = Script.units[3]
    let script = try Script("2.43.2") { request, _ in
      guard request.method == "POST" else { return nil }
      let sent = Script.sent(request)
      guard let index = sent.firstIndex(of: bad) else { return Script.summary(updated: sent.count) }
      return Script.summary(
        status: 409, "ERROR",
        conflicts:
          "[{\"objects\":{\"args\":\"\(index)-\(bad)\"},\"value\":\"Value #\(index) org unit not found: `\(bad)`\",\"errorCode\":\"E8107\",\"indexes\":[-1]}]"
      )
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 5 && receipt.requests == 2 && receipt.unknownOutcomes == 0)
    #expect(receipt.refusals.map(\.value.key.orgUnit) == [bad] && receipt.refusals[0].why == .orgUnitNotFound)
  }

  @Test(
    "The number of a row is read as Java writes it",
    arguments: [
      ("Value #3 has no org unit", 3), ("Value #1,234 period", 1_234), ("Value #1.234.567 period", 1_234_567),
      ("Value #12\u{A0}345: x", 12_345), ("Value #7, and more", 7), ("Value #7,12 and more", 7),
      ("Value #[1, 5] all affect", nil), ("no number", nil),
    ] as [(String, Int?)])
  func rowNumber(message: String, number: Int?) {
    #expect(ImportSummary.Conflict(code: "E8107", message: message).number == number)
  }

  @Test("Data sets that 2.43 cannot tell apart end the import")
  func detection() async throws {
    let script = try Script("2.43.2") { request, _ in
      request.method == "POST"
        ? Script.json(
          #"{"status":"ERROR","message":"Data set detection failed, found multiple sets","errorCode":"E8002"}"#,
          status: 409) : nil
    }
    let error = await #expect(throws: DHIS2Failure.self) {
      try await script.server.importValues(Script.values, options: Script.options)
    }
    #expect(error?.code == "E8002")
  }

  @Test("A data set that was changed just now is sent to without its name (E7644)")
  func changedDataSet() async throws {
    let script = try Script { request, number in
      guard request.method == "POST" else { return nil }
      guard number == 0 else { return Script.summary(imported: 6) }
      return Script.summary(
        status: 409, "WARNING", ignored: 6,
        conflicts:
          "[{\"value\":\"Period: `null` is not open\",\"errorCode\":\"E7644\",\"indexes\":[0,1,2,3,4,5]}]",
        rejected: [0, 1, 2, 3, 4, 5])
    }
    let receipt = try await script.server.importValues(Script.values, options: Script.options)
    #expect(receipt.created == 6 && receipt.refused == 0)
    let bodies = script.store.requests.filter { $0.method == "POST" }.map(\.text)
    #expect(bodies[0].hasPrefix(#"{"dataSet""#) && bodies[1].hasPrefix(#"{"dataValues""#))
  }

  @Test("A count that does not add up is settled by reading, and what is missing is a failure")
  func miscount() async throws {
    let script = try Script("2.43.2") { request, _ in
      request.method == "POST" ? Script.summary(updated: 4) : nil
    }
    let error = await #expect(throws: DHIS2Failure.self) {
      try await script.server.importValues(Script.values, options: Script.options)
    }
    #expect(error?.kind == .transient && error?.message.contains("does not hold 6 of 6 values") == true)
  }

  @Test(
    "Every code of both engines has its word",
    arguments: [
      ("E7610", ImportReason.dataElementNotFound), ("E7617", .orgUnitOutsideScope),
      ("E8011", .orgUnitOutsideScope),
      ("E7632", .periodTypeWrong), ("E8021", .periodTypeWrong), ("E7636", .orgUnitNotAssigned),
      ("E8022", .orgUnitNotAssigned), ("E7619", .valueInvalid), ("E8122", .valueInvalid),
      ("E8030", .periodNotOpen),
      ("E7640", .periodExpired), ("E8031", .orgUnitClosed), ("E8104", .unreadable),
      ("E8005", .dataSetNotFound),
      ("E8008", .unreadable), ("E8100", .periodUnreadable), ("E8102", .unreadable),
      ("E8103", .dataElementNotFound), ("E8107", .orgUnitNotFound), ("E8108", .categoryOptionComboNotFound),
      ("E8110", .attributeOptionComboNotFound), ("E8128", .duplicate),
      ("E7642", .approved), ("E8033", .approved), ("E9999", .other),
    ])
  func vocabulary(code: String, reason: ImportReason) { #expect(ImportReason(code: code) == reason) }
}
