import Foundation
import JSON
import PrefectAPI
import Testing

@Suite("Documents of the API") struct WireTests {
  private struct Sample: Codable, Equatable {
    var flowRunID: UUID
    var isPaused: Bool
    var count: Int
    var share: Double
    var tags: [String]
    var labels: JSONObject
    var at: Date?
    var word: Prefect.StateType?
    var value: JSONValue?
    var nested: [Nested]
    var change: Change<Int> = .keep

    struct Nested: Codable, Equatable { var dayOr: Bool? }
  }

  private let id = UUID()

  @Test("Names are converted, free-form members are not, ids are small")
  func writing() throws {
    let sample = Sample(
      flowRunID: id, isPaused: true, count: -3, share: 0.5, tags: ["a"],
      labels: ["camelKey": ["innerKey": nil]],
      at: Date(timeIntervalSince1970: 0.25), word: .awaiting, value: [1, "x"],
      nested: [Sample.Nested(dayOr: false)])
    #expect(
      try sample.wireDocument() == [
        "flow_run_id": .string(id.uuidString.lowercased()), "is_paused": true, "count": -3, "share": 0.5,
        "tags": ["a"], "labels": ["camelKey": ["innerKey": nil]], "at": "1970-01-01T00:00:00.250000Z",
        "word": "AWAITING", "value": [1, "x"], "nested": [["day_or": false]],
      ])
    #expect(try Sample(wire: try sample.wireDocument()) == sample)
  }

  @Test("What is absent or null is empty, zero, false or nil; what is unknown is passed over")
  func absence() throws {
    let expected = Sample(
      flowRunID: id, isPaused: false, count: 0, share: 0, tags: [], labels: [:], at: nil, word: nil,
      value: nil,
      nested: [])
    #expect(try Sample(wire: ["flow_run_id": .string(id.uuidString)]) == expected)
    #expect(
      try Sample(
        wire: [
          "flow_run_id": .string(id.wire), "is_paused": nil, "tags": nil, "labels": nil, "at": nil,
          "value": nil,
          "nested": nil, "brand_new": ["x": 1],
        ]) == expected)
  }

  @Test("What is nil is left out, or written as null where a whole document is wanted")
  func nulls() throws {
    struct Whole: Codable {
      var flag: Bool?
      var count: Int?
      var share: Double?
      var text: String?
      var id: UUID?
      var labels: JSONObject?
      var nested: [Sample.Nested]
      var change: Change<Int> = .keep
    }
    let empty = Whole(nested: [Sample.Nested()])
    #expect(try empty.wireDocument() == ["nested": [[:]]])
    #expect(
      try empty.wireDocument(nulls: true) == [
        "flag": nil, "count": nil, "share": nil, "text": nil, "id": nil, "labels": nil,
        "nested": [["day_or": nil]],
      ])
    let full = Whole(
      flag: true, count: 1, share: 0.5, text: "x", id: id, labels: [:], nested: [.init(dayOr: true)])
    #expect(try full.wireDocument(nulls: true) == full.wireDocument())
  }

  @Test("An absent change keeps, a null clears")
  func changes() throws {
    var update = Prefect.WorkPoolUpdate()
    #expect(try update.wireDocument() == [:])
    update.concurrencyLimit = .clear
    update.description = .set("x")
    #expect(try update.wireDocument() == ["concurrency_limit": nil, "description": "x"])
    let read = try Prefect.WorkPoolUpdate(wire: ["concurrency_limit": nil, "description": "x"])
    #expect(read == update)
    #expect(try Prefect.WorkPoolUpdate(wire: [:]).concurrencyLimit == .keep)
    #expect(Change(Int?.none) == .clear)
    #expect(Change(5) == .set(5))
  }

  @Test("A fault says where it is and what was expected")
  func faults() {
    func message(_ document: JSONValue) -> String? {
      #expect(throws: WireError.self) { try [Sample](wire: document) }?.message
    }
    #expect(message([["count": 1]]) == "[0].flow_run_id: is missing")
    #expect(message([["flow_run_id": "x"]]) == "[0].flow_run_id: \"x\" is no UUID")
    #expect(message([["flow_run_id": nil]]) == "[0].flow_run_id: is null")
    let id = JSONValue.string(id.wire)
    #expect(
      message([["flow_run_id": id, "tags": [1]]]) == "[0].tags[0]: expected a string, found an integer")
    #expect(message([["flow_run_id": id, "count": 1.5]]) == "[0].count: expected an integer, found a number")
    #expect(message([["flow_run_id": id, "at": "soon"]]) == "[0].at: \"soon\" is no date")
    #expect(
      message([["flow_run_id": id, "nested": [["day_or": "no"]]]])
        == "[0].nested[0].day_or: expected a boolean, found a string")
    #expect(message(["flow_run_id": id]) == "expected an array, found an object")
  }

  @Test("A word that a newer server says is kept")
  func words() throws {
    let state = try Prefect.State(wire: ["type": "HIBERNATING", "name": "Asleep"])
    #expect(state.type.rawValue == "HIBERNATING")
    #expect(!state.type.isTerminal)
    #expect(try state.wireDocument()["type"] == "HIBERNATING")
    #expect(Prefect.StateType.terminal == ["COMPLETED", "FAILED", "CANCELLED", "CRASHED"])
  }

  @Test("A proposed state has no members that the server would refuse")
  func proposal() throws {
    var state = Prefect.StateCreate(.scheduled, name: "AwaitingRetry")
    #expect(try state.wireDocument() == ["type": "SCHEDULED", "name": "AwaitingRetry", "state_details": [:]])
    state.stateDetails.scheduledTime = Date(timeIntervalSince1970: 0)
    state.stateDetails.transitionID = id
    #expect(
      try state.wireDocument()["state_details"] == [
        "scheduled_time": "1970-01-01T00:00:00.000000Z", "transition_id": .string(id.wire),
      ])
  }

  @Test("Schedules of every kind come back as they were, and one of a new kind too")
  func schedules() throws {
    let anchor = Date(timeIntervalSince1970: 1_767_225_600)
    let cases: [(Prefect.Schedule, JSONValue)] = [
      (
        .cron("0 6 * * *", timezone: "Europe/Oslo", dayOr: false),
        ["cron": "0 6 * * *", "timezone": "Europe/Oslo", "day_or": false]
      ),
      (.cron("@daily"), ["cron": "@daily", "day_or": true]),
      (
        .interval(seconds: 3600, anchor: anchor, timezone: "UTC"),
        ["interval": 3600.0, "anchor_date": "2026-01-01T00:00:00.000000Z", "timezone": "UTC"]
      ),
      (.rrule("FREQ=DAILY"), ["rrule": "FREQ=DAILY"]), (.other(["moon": "full"]), ["moon": "full"]),
    ]
    for (schedule, document) in cases {
      #expect(try schedule.wireDocument() == document)
      #expect(try Prefect.Schedule(wire: document) == schedule)
    }
    #expect(try Prefect.Schedule(wire: ["cron": "* * * * *"]) == .cron("* * * * *"))
  }

  @Test("Filters say what they ask for and nothing else")
  func filters() throws {
    var filters = Prefect.Filters()
    filters.flowRuns = Prefect.FlowRunFilter()
    filters.flowRuns?.state = Prefect.StateFilter(type: .any(.running, .pending), name: nil)
    filters.flowRuns?.id = .any([])
    filters.flowRuns?.startTime = .between(
      Date(timeIntervalSince1970: 0), Date(timeIntervalSince1970: 1))
    filters.flowRuns?.operator = .or
    filters.deployments = Prefect.DeploymentFilter()
    filters.deployments?.tags = .all(["a"])
    filters.deployments?.flowOrDeploymentName = .like("etl")
    filters.deployments?.paused = .equals(false)
    filters.logs = Prefect.LogFilter()
    filters.logs?.level = .atLeast(30)
    filters.logs?.taskRunID = .isNull(true)
    #expect(
      try filters.wireDocument() == [
        "flow_runs": [
          "operator": "or_", "state": ["type": ["any_": ["RUNNING", "PENDING"]]], "id": ["any_": []],
          "start_time": ["after_": "1970-01-01T00:00:00.000000Z", "before_": "1970-01-01T00:00:01.000000Z"],
        ],
        "deployments": [
          "tags": ["all_": ["a"]], "flow_or_deployment_name": ["like_": "etl"], "paused": ["eq_": false],
        ], "logs": ["level": ["ge_": 30], "task_run_id": ["is_null_": true]],
      ])
    #expect(try Prefect.Filters(wire: try filters.wireDocument()) == filters)
  }

  @Test("The policy of a run that is scheduled anew has its retries, and nothing of the attempt before")
  func rescheduled() throws {
    let policy = try Prefect.FlowRunPolicy(
      wire: ["retries": 2, "retry_delay": 5, "retry_type": "in_process", "pause_keys": ["approval"]])
    #expect(policy.remembersAttempt && policy.isRetriedInProcess)
    let rescheduled = policy.rescheduled
    #expect(!rescheduled.remembersAttempt)
    #expect(
      try rescheduled.wireDocument() == [
        "retries": 2, "retry_delay": 5, "retry_type": "reschedule", "pause_keys": [], "resuming": false,
      ])
  }
}

extension Prefect.StateType {
  fileprivate static let awaiting = Prefect.StateType(rawValue: "AWAITING")
}
