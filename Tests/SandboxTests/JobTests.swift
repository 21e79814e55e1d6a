import JSON
import Sandbox
import Testing

@Suite struct JobTests {
  private func start(_ sandbox: Sandbox, _ rows: [JSONValue]) async throws -> (id: String, task: String) {
    let answer = try await sandbox.post(rows, "?async=true")
    #expect(answer.status == 200)
    let id = try #require(answer.json["response"]?["id"]?.string)
    #expect(answer.headers["location"]?.hasSuffix(id) == false)
    return (id, "system/tasks/DATAVALUE_IMPORT/\(id)")
  }

  @Test(arguments: [DHIS2Version.v2_40, .v2_43])
  func notesComeNewestFirstAndTheSummaryIsBare(version: DHIS2Version) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare()
      let rows = ["1", "x"].enumerated().map {
        row("TestElemOne", "20260\($0 + 6)", sandbox.units()[0], .string($1))
      }
      let (id, task) = try await start(sandbox, rows)
      let summary = "system/taskSummaries/DATAVALUE_IMPORT/\(id)"
      #expect(try await sandbox.dhis2(task).json == [])
      #expect(try await sandbox.dhis2(summary).body.isEmpty)
      #expect(try await sandbox.dhis2(task).json[0]?["completed"] == false)
      #expect(try await sandbox.dhis2(summary).body.isEmpty)
      let notes = try await sandbox.dhis2(task).json
      #expect(notes.array?.compactMap { $0["completed"]?.bool } == [true, false])
      // No envelope, and 200 whatever it says.
      let bare = try await sandbox.dhis2(summary)
      #expect(bare.status == 200)
      #expect(bare.json["status"] == "WARNING")
      #expect(bare.json["rejectedIndexes"] == [1])
      #expect(await sandbox.dataValues().count == 1)
      // Somebody else's job says nothing.
      #expect(try await sandbox.dhis2(task, user: "admin").json == [])
      #expect(try await sandbox.dhis2(summary, user: "admin").body.isEmpty)
    }
  }

  @Test func aLostJobLooksCompletedWithoutASummary() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      sandbox.add(SandboxFaults([SandboxFault(path: "dataValueSets", way: .lostSummary)]))
      let (id, task) = try await start(sandbox, [row("TestElemOne", "202607", sandbox.units()[0], "1")])
      for _ in 1...2 { _ = try await sandbox.dhis2(task) }
      let notes = try await sandbox.dhis2(task).json
      #expect(notes.array?.count == 1)
      #expect(notes[0]?["completed"] == true)
      #expect(try await sandbox.dhis2("system/taskSummaries/DATAVALUE_IMPORT/\(id)").body.isEmpty)
      // Nothing but reading back tells that the work was done.
      #expect(await sandbox.dataValues().count == 1)
    }
  }

  @Test func aFailedJobSaysSoAndDidNothing() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      sandbox.add(SandboxFaults([SandboxFault(path: "dataValueSets", way: .failedJob)]))
      let (id, task) = try await start(sandbox, [row("TestElemOne", "202607", sandbox.units()[0], "1")])
      let job = "jobConfigurations/\(id)?fields=jobStatus,lastExecutedStatus"
      #expect(try await sandbox.dhis2(job).json == ["jobStatus": "RUNNING", "lastExecutedStatus": "RUNNING"])
      _ = try await sandbox.dhis2(task)
      #expect(try await sandbox.dhis2(task).json[0]?["level"] == "ERROR")
      #expect(
        try await sandbox.dhis2(job).json == ["jobStatus": "COMPLETED", "lastExecutedStatus": "FAILED"])
      #expect(await sandbox.dataValues().isEmpty)
    }
  }

  @Test func metadataImportsMayRunInTheBackground() async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.dhis2("POST", "metadata?async=true", ["dataElements": []])
      let id = try #require(answer.json["response"]?["id"]?.string)
      for _ in 1...3 { _ = try await sandbox.dhis2("system/tasks/METADATA_IMPORT/\(id)") }
      let report = try await sandbox.dhis2("system/taskSummaries/METADATA_IMPORT/\(id)").json
      #expect(report["responseType"] == "ImportReport")
      #expect(report["stats"]?["total"] == 0)
    }
  }
}

@Suite struct AnalyticsTests {
  private static let start = "resourceTables/analytics?skipEvents=true&lastYears=2"

  /// Values of three units of one region in two months, in the analytics tables.
  private func filled(_ aggregation: String = "AVERAGE", _ body: (Sandbox, [String]) async throws -> Void)
    async throws
  {
    try await withSandbox { sandbox in
      try await sandbox.prepare(aggregation: aggregation)
      let units = Self.places(sandbox)
      let rows: [JSONValue] = [
        row("TestElemOne", "202606", units[1], "1"), row("TestElemOne", "202607", units[1], "2"),
        row("TestElemOne", "202607", units[2], "4.25"), row("TestElemOne", "202606", units[2], "0"),
      ]
      let answer = try await sandbox.post(rows)
      #expect(answer.status == 200)
      try await body(sandbox, units)
    }
  }

  /// A region and two of its districts.
  private static func places(_ sandbox: Sandbox) -> [String] {
    let region = sandbox.orgUnits().first { $0.level == 2 }?.id ?? ""
    return [region] + sandbox.orgUnits().filter { $0.level == 3 && $0.parent == region }.map(\.id).prefix(2)
  }

  private func build(_ sandbox: Sandbox) async throws {
    let answer = try await sandbox.dhis2("POST", Self.start)
    let task = try #require(answer.json["response"]?["relativeNotifierEndpoint"]?.string).dropFirst(
      "/api/".count)
    #expect(task.hasPrefix("system/tasks/ANALYTICS_TABLE/"))
    while try await sandbox.dhis2(String(task)).json[0]?["completed"] != true {}
  }

  @Test func nothingIsThereUntilTheTablesAreMade() async throws {
    try await filled { sandbox, units in
      let query =
        "analytics.json?dimension=dx:TestElemOne&dimension=pe:202607&dimension=ou:\(units[1])&skipMeta=true"
      #expect(try await sandbox.dhis2(query).json["rows"] == [])
      let before = try await sandbox.dhis2("system/info").json["lastAnalyticsTableSuccess"]?.string ?? ""
      try await build(sandbox)
      #expect(try await sandbox.dhis2("system/info").json["lastAnalyticsTableSuccess"]?.string ?? "" > before)
      let answer = try await sandbox.dhis2(query)
      #expect(answer.json["rows"] == [["TestElemOne", "202607", .string(units[1]), "2.0"]])
      #expect(
        answer.json["headers"]?.array?.compactMap { $0["name"]?.string } == ["dx", "pe", "ou", "value"])
      #expect(answer.json["metaData"] == [:])
      // What is imported later is not seen.
      _ = try await sandbox.post([row("TestElemOne", "202607", units[1], "9")])
      #expect(try await sandbox.dhis2(query).json["rows"] == answer.json["rows"])
    }
  }

  @Test(arguments: [("AVERAGE", "1.8", "1.8125"), ("SUM", "7.3", "7.25"), ("MAX", "4.3", "4.25")])
  func valuesAreAggregatedUpwardsAndRounded(type: String, rounded: String, exact: String) async throws {
    // Means take the zero in: (1 + 2 + 4.25 + 0) / 4. Sums and maxima never see it.
    try await filled(type) { sandbox, units in
      try await build(sandbox)
      let query = "analytics?dimension=dx:TestElemOne&dimension=pe:2026&dimension=ou:\(units[0])"
      #expect(
        try await sandbox.dhis2(query).json["rows"] == [
          ["TestElemOne", "2026", .string(units[0]), .string(rounded)]
        ])
      let whole = try await sandbox.dhis2(query + "&skipRounding=true").json
      #expect(whole["rows"]?[0]?[3]?.string == exact)
      #expect(whole["metaData"]?["items"]?[units[0]]?["name"] != nil)
    }
  }

  @Test func literalZerosAreLeftOutUnlessTheyAreAveraged() async throws {
    for (type, count) in [("AVERAGE", 2), ("SUM", 1)] {
      try await filled(type) { sandbox, units in
        try await build(sandbox)
        let rows = try await sandbox.dhis2(
          "analytics?dimension=dx:TestElemOne&dimension=pe:202606&dimension=ou:LEVEL-3;\(units[0])"
        ).json["rows"]
        #expect(rows?.array?.count == count)
      }
    }
  }

  @Test func aDataValueSetNeedsAllThreeAndItsSuffix() async throws {
    try await filled { sandbox, units in
      try await build(sandbox)
      let (dx, pe, ou) = ("dimension=dx:TestElemOne", "dimension=pe:202607", "dimension=ou:\(units[1])")
      func ask(_ parts: String...) async throws -> Answer {
        try await sandbox.dhis2("analytics/dataValueSet.json?" + parts.joined(separator: "&"))
      }
      let whole = try await ask(dx, pe, ou)
      #expect(whole.json["dataValues"]?[0]?["value"] == "2.0")
      #expect(whole.json["dataValues"]?[0]?["orgUnit"]?.string == units[1])
      #expect(try await ask(pe, ou).json["errorCode"] == "E7117")
      #expect(try await ask(dx, ou).json["errorCode"] == "E7118")
      #expect(try await ask(dx, pe).json["errorCode"] == "E7119")
      #expect(try await sandbox.dhis2("analytics/dataValueSet?\(dx)&\(pe)&\(ou)").status == 404)
    }
  }

  @Test(arguments: [
    ("", "E7101"), ("dimension=pe:202607", "E7102"),
    ("dimension=dx:TestElemOne&dimension=ou:LEVEL-1", "E7104"),
    ("dimension=dx:NoSuchElemt&dimension=pe:202607", "E7124"),
    ("dimension=dx:TestElemOne&dimension=dx:TestElemTwo", "E7111"),
    ("dimension=dx:TestElemOne&dimension=pe:202607&dimension=ou:nowhere", "E7143"),
  ])
  func whatCannotBeAskedIsAConflict(query: String, code: String) async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let answer = try await sandbox.dhis2("analytics.json?" + query)
      #expect(answer.status == 409)
      #expect(answer.json["errorCode"]?.string == code)
    }
  }

  @Test func othersUnitsAreNotShown() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let answer = try await sandbox.dhis2(
        "analytics?dimension=dx:TestElemOne&dimension=pe:202607&dimension=ou:\(sandbox.orgUnits()[0].id)",
        user: "district")
      #expect(answer.status == 409)
      #expect(answer.json["errorCode"] == "E7120")
    }
  }

  @Test func aRunningJobIsFoundAndMayBeJoined() async throws {
    try await withSandbox { sandbox in
      let running =
        "jobConfigurations?filter=jobType:eq:ANALYTICS_TABLE&filter=jobStatus:eq:RUNNING&fields=id,jobStatus"
      #expect(try await sandbox.dhis2("POST", Self.start, user: "guest").status == 403)
      let id = try #require(try await sandbox.dhis2("POST", Self.start).json["response"]?["id"]?.string)
      #expect(try await sandbox.dhis2(running).json["jobConfigurations"] == [])
      _ = try await sandbox.dhis2("system/tasks/ANALYTICS_TABLE/\(id)")
      #expect(
        try await sandbox.dhis2(running).json["jobConfigurations"] == [
          ["id": .string(id), "jobStatus": "RUNNING"]
        ])
      for _ in 1...2 { _ = try await sandbox.dhis2("system/tasks/ANALYTICS_TABLE/\(id)") }
      #expect(try await sandbox.dhis2(running).json["jobConfigurations"] == [])
      // There is no summary of it.
      #expect(try await sandbox.dhis2("system/taskSummaries/ANALYTICS_TABLE/\(id)").body.isEmpty)
    }
  }
}

@Suite struct CompletionTests {
  /// 2.43 makes the period in the batch that needs it, and fails the first time.
  @Test(arguments: [(DHIS2Version.v2_42, 200), (.v2_43, 409), (.v2_44, 200)])
  func theFirstCompletionOfAPeriodFailsIn243(version: DHIS2Version, first: Int) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare()
      let unit = sandbox.units()[0]
      func complete(_ period: String) async throws -> Answer {
        let entry: JSONValue = [
          "dataSet": "TestDataSet", "period": .string(period), "organisationUnit": .string(unit),
          "completed": true,
        ]
        return try await sandbox.dhis2(
          "POST", "completeDataSetRegistrations", ["completeDataSetRegistrations": [entry]])
      }
      let answer = try await complete("202606")
      #expect(answer.status == first)
      if first == 409 { #expect(answer.json["message"] == "Failed to flush BatchHandler") }
      #expect(try await complete("202606").status == 200)
      // A period that values were written for is there.
      _ = try await sandbox.post([row("TestElemOne", "202607", unit, "1")])
      #expect(try await complete("202607").status == 200)
    }
  }

  @Test func orgUnitIsTheWrongWordHere() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let entry: JSONValue = [
        "dataSet": "TestDataSet", "period": "202607", "orgUnit": .string(sandbox.units()[0]),
        "completed": true,
      ]
      let answer = try await sandbox.dhis2(
        "POST", "completeDataSetRegistrations", ["completeDataSetRegistrations": [entry]])
      #expect(answer.status == 409)
      #expect(answer.counts?["ignored"] == 1)
    }
  }
}
