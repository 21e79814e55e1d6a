import Essentials
import JSON
import Sandbox
import Testing

@testable import Connectors

@Suite("Jobs of DHIS2 in the background") struct JobTests {
  private typealias Script = ScriptedDHIS2

  private static let accepted =
    #"{"status":"OK","response":{"name":"dataValueImport","id":"YR1UxOUXmzT","jobType":"DATAVALUE_IMPORT","relativeNotifierEndpoint":"/api/system/tasks/DATAVALUE_IMPORT/YR1UxOUXmzT"}}"#
  private static let done =
    #"[{"level":"INFO","completed":true,"message":"done"},{"level":"INFO","completed":false}]"#

  @Test("A job that is completed without a summary leaves the outcome to reading", arguments: [true, false])
  func completedWithoutSummary(isHeld: Bool) async throws {
    let held = Script.units.map {
      "{\"dataElement\":\"fClA2Erf6IO\",\"orgUnit\":\"\($0)\",\"value\":\"1\"}"
    }
    let script = try Script("2.43.2") { request, number in
      switch request.path {
      case "/api/dataValueSets":
        return number == 0 || isHeld ? Script.json(Self.accepted) : Script.summary(updated: 6)
      case "/api/system/tasks/DATAVALUE_IMPORT/YR1UxOUXmzT":
        return Script.json(number == 0 ? "[]" : Self.done)
      case "/api/system/taskSummaries/DATAVALUE_IMPORT/YR1UxOUXmzT":
        return StoreReply(headers: ["Content-Type": "application/json"])
      case "/api/dataValueSets.json":
        // As 2.43 writes it: what all share stands once, before the values.
        return number == 0 || !isHeld
          ? nil
          : Script.json(
            "{\"period\":\"202401\",\"attributeOptionCombo\":\"HllvX50cXC0\",\"dataValues\":[\(held.joined(separator: ","))]}"
          )
      default: return nil
      }
    }
    var options = Script.options
    options.isAsync = true
    let receipt = try await script.server.importValues(Script.values, options: options)
    #expect(receipt.created == 6 && receipt.total == 6 && receipt.unknownOutcomes == 1)
    #expect(receipt.requests == (isHeld ? 1 : 2))
  }

  @Test("A summary that comes late is waited for")
  func lateSummary() async throws {
    let script = try Script { request, number in
      switch request.path {
      case "/api/dataValueSets": return Script.json(Self.accepted)
      case "/api/system/tasks/DATAVALUE_IMPORT/YR1UxOUXmzT": return Script.json(number < 2 ? "[]" : Self.done)
      case "/api/system/taskSummaries/DATAVALUE_IMPORT/YR1UxOUXmzT":
        return number < 2
          ? StoreReply()
          : Script.json(
            #"{"status":"SUCCESS","importCount":{"imported":6,"updated":0,"ignored":0,"deleted":0},"conflicts":[]}"#
          )
      default: return nil
      }
    }
    var options = Script.options
    options.isAsync = true
    let receipt = try await script.server.importValues(Script.values, options: options)
    #expect(receipt.created == 6 && receipt.unknownOutcomes == 0)
  }

  @Test("What a job has that goes on for too long is not sent again", arguments: [true, false])
  func longJob(isHeld: Bool) async throws {
    let held = Script.units.map {
      "{\"dataElement\":\"fClA2Erf6IO\",\"period\":\"202401\",\"orgUnit\":\"\($0)\",\"value\":\"1\"}"
    }
    let script = try Script("2.43.2") { request, number in
      switch request.path {
      case "/api/dataValueSets": return Script.json(Self.accepted)
      case "/api/system/tasks/DATAVALUE_IMPORT/YR1UxOUXmzT":
        return Script.json(#"[{"level":"INFO","completed":false}]"#)
      case "/api/dataValueSets.json":
        return number == 0 || !isHeld
          ? nil : Script.json("{\"dataValues\":[\(held.joined(separator: ","))]}")
      default: return nil
      }
    }
    var options = Script.options
    options.isAsync = true
    options.jobDeadline = .seconds(60)
    if isHeld {
      let receipt = try await script.server.importValues(Script.values, options: options)
      #expect(receipt.created == 6)
    } else {
      let error = await #expect(throws: DHIS2Failure.self) {
        try await script.server.importValues(Script.values, options: options)
      }
      #expect(error?.kind == .transient && error?.message.contains("has not ended within") == true)
    }
    #expect(script.store.requests.count { $0.method == "POST" } == 1)
  }

  @Test("A server that is away while a job runs is asked again", arguments: [3, 1_000])
  func awayDuringJob(failures: Int) async throws {
    let script = try Script("2.43.2") { request, number in
      switch request.path {
      case "/api/dataValueSets": return Script.json(Self.accepted)
      case "/api/system/tasks/DATAVALUE_IMPORT/YR1UxOUXmzT":
        // The client repeats each question itself, too.
        return number < failures * 4 ? StoreReply(status: 503) : Script.json(Self.done)
      case "/api/system/taskSummaries/DATAVALUE_IMPORT/YR1UxOUXmzT":
        return Script.json(#"{"status":"SUCCESS","importCount":{"imported":0,"updated":6},"conflicts":[]}"#)
      default: return nil
      }
    }
    var options = Script.options
    options.isAsync = true
    if failures < 5 {
      let receipt = try await script.server.importValues(Script.values, options: options)
      #expect(receipt.created == 6 && receipt.unknownOutcomes == 0)
    } else {
      let error = await #expect(throws: DHIS2Failure.self) {
        try await script.server.importValues(Script.values, options: options)
      }
      #expect(error?.message.contains("job YR1UxOUXmzT may still be at work") == true)
    }
    #expect(script.store.requests.count { $0.method == "POST" } == 1)
  }

  @Test(
    "Analytics whose beginning was not answered are looked for, and never begun twice",
    arguments: [true, false]
  )
  func lostAnalytics(hasBegun: Bool) async throws {
    let script = try Script { request, number in
      switch request.path {
      case "/api/system/info":
        return Script.json(
          "{\"version\":\"2.42.6\",\"lastAnalyticsTableSuccess\":\"2024-06-1\(number)T02:00:00.000\"}")
      case "/api/jobConfigurations":
        // The loop of jobs takes a while to begin it.
        return Script.json(
          "{\"jobConfigurations\":[\(hasBegun && number > 1 ? "{\"id\":\"begunJob001\"}" : "")]}")
      case "/api/resourceTables/analytics": return StoreReply(status: 504)
      case "/api/system/tasks/ANALYTICS_TABLE/begunJob001": return Script.json(Self.done)
      default: return nil
      }
    }
    if hasBegun {
      let report = try await script.server.runAnalytics()
      #expect(report.job == "begunJob001" && report.joined)
    } else {
      let error = await #expect(throws: DHIS2Failure.self) { try await script.server.runAnalytics() }
      #expect(error?.message.contains("whether the tables are being built is not known") == true)
    }
    #expect(script.store.requests.count { $0.path == "/api/resourceTables/analytics" } == 1)
  }

  @Test("Analytics are asked for again where the server did nothing")
  func busyAnalytics() async throws {
    let script = try Script { request, number in
      switch request.path {
      case "/api/system/info":
        return Script.json(
          "{\"version\":\"2.42.6\",\"lastAnalyticsTableSuccess\":\"2024-06-1\(number)T02:00:00.000\"}")
      case "/api/jobConfigurations": return Script.json("{\"jobConfigurations\":[]}")
      case "/api/resourceTables/analytics":
        return number == 0
          ? StoreReply(status: 503)
          : Script.json(#"{"response":{"id":"startedJob1","jobType":"ANALYTICS_TABLE"}}"#)
      case "/api/system/tasks/ANALYTICS_TABLE/startedJob1": return Script.json(Self.done)
      default: return nil
      }
    }
    #expect(try await script.server.runAnalytics().job == "startedJob1")
  }

  @Test("Analytics tables are built once: a run under way is joined", arguments: [true, false])
  func analytics(isRunning: Bool) async throws {
    let script = try Script { request, number in
      switch request.path {
      case "/api/system/info":
        return Script.json(
          "{\"version\":\"2.42.6\",\"lastAnalyticsTableSuccess\":\"2024-06-1\(number)T02:00:00.000\"}")
      case "/api/jobConfigurations":
        return Script.json("{\"jobConfigurations\":[\(isRunning ? "{\"id\":\"runningJob1\"}" : "")]}")
      case "/api/resourceTables/analytics":
        return Script.json(#"{"response":{"id":"startedJob1","jobType":"ANALYTICS_TABLE"}}"#)
      case "/api/system/tasks/ANALYTICS_TABLE/runningJob1", "/api/system/tasks/ANALYTICS_TABLE/startedJob1":
        return Script.json(Self.done)
      default: return nil
      }
    }
    let report = try await script.server.runAnalytics(AnalyticsOptions(lastYears: 2))
    #expect(report.joined == isRunning && report.job == (isRunning ? "runningJob1" : "startedJob1"))
    #expect(report.lastSuccess == "2024-06-11T02:00:00.000")
    let started = script.store.requests.filter { $0.path == "/api/resourceTables/analytics" }
    #expect(started.count == (isRunning ? 0 : 1))
    if !isRunning {
      #expect(started[0].query.contains("skipEvents=true") && started[0].query.contains("lastYears=2"))
    }
  }

  @Test("Analytics that end without a success are a failure")
  func analyticsFailure() async throws {
    let script = try Script { request, _ in
      switch request.path {
      case "/api/jobConfigurations": return Script.json("{\"jobConfigurations\":[]}")
      case "/api/resourceTables/analytics":
        return Script.json(#"{"response":{"id":"startedJob1","jobType":"ANALYTICS_TABLE"}}"#)
      case "/api/system/tasks/ANALYTICS_TABLE/startedJob1":
        return Script.json(#"[{"level":"ERROR","completed":true,"message":"column \"yearly\" is missing"}]"#)
      default: return nil
      }
    }
    let error = await #expect(throws: DHIS2Failure.self) { try await script.server.runAnalytics() }
    #expect(error?.message.contains("yearly") == true)
  }

  @Test("Completeness is registered, and tried again where 2.43 fails to flush")
  func completeness() async throws {
    let script = try Script("2.43.2") { request, number in
      guard request.path == "/api/completeDataSetRegistrations" else { return nil }
      return number == 0
        ? Script.json(#"{"status":"ERROR","message":"Failed to flush BatchHandler"}"#, status: 409)
        : Script.summary(imported: 2)
    }
    let receipt = try await script.server.register(
      Script.units.prefix(2).map { .init(dataSet: Script.dataSet, period: "202401", orgUnit: $0) })
    #expect(receipt.registered == 2 && receipt.refused == 0)
    let body = try #require(script.store.requests.last).text
    #expect(body.contains(#""organisationUnit":"aaaaaaaaaa1""#) && !body.contains("\"orgUnit\""))
  }

  @Test("Registrations are written and read, and refused ones named", arguments: SandboxRelease.allCases)
  func registrations(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let units = scene.units.prefix(3).map(\.id)
      let all = (units + ["notAnOrgUnt"]).map {
        CompletenessRegistration(dataSet: scene.dataSet, period: "202301", orgUnit: $0)
      }
      let receipt = try await scene.server.register(all)
      #expect(receipt.registered == 3 && receipt.refused == 1 && receipt.problems[0].contains("notAnOrgUnt"))
      let found = try await scene.server.registrations(
        dataSet: scene.dataSet, periods: ["202301"], orgUnits: units)
      #expect(Set(found.map(\.orgUnit)) == Set(units))
      try await scene.server.unregister(dataSet: scene.dataSet, period: "202301", orgUnit: units[0])
      let left = try await scene.server.registrations(
        dataSet: scene.dataSet, periods: ["202301"], orgUnits: units)
      #expect(left.count == 2)
    }
  }
}
