import JSON
import PrefectAPI

/// What a deployment on the server remembers of the project that deployed it.
///
/// Labels can only be written by making the deployment again (`POST /deployments/`, an upsert): a PATCH does not know
/// them. So they hold only what changes with the schedules.
struct DeploymentLabels: Sendable, Equatable {
  static let projectKey = "sluice.project"
  static let environmentKey = "sluice.environment"
  static let schedulesKey = "sluice.schedules"
  static let pausedKey = "sluice.paused"

  let project: String
  let environment: String
  /// As they were declared.
  let schedules: [ScheduleRecord]
  let paused: Bool?

  init(project: String, environment: String?, schedules: [ScheduleRecord], paused: Bool?) {
    self.project = project
    self.environment = environment ?? ""
    self.schedules = schedules
    self.paused = paused
  }

  /// Nil where no project of ours deployed it.
  init?(_ labels: JSONObject) {
    guard let project = labels[Self.projectKey]?.string else { return nil }
    self.project = project
    environment = labels[Self.environmentKey]?.string ?? ""
    let memory = labels[Self.schedulesKey]?.string.flatMap { try? JSONValue(parsing: $0) }
    schedules = (memory?.array ?? []).compactMap(ScheduleRecord.init(memory:))
    paused = labels[Self.pausedKey]?.string.flatMap(Bool.init)
  }

  var json: JSONObject {
    [
      Self.projectKey: .string(project), Self.environmentKey: .string(environment),
      Self.schedulesKey: .string(JSONValue.array(schedules.map(\.memory)).text()),
      Self.pausedKey: .string(paused.map { "\($0)" } ?? ""),
    ]
  }

  /// - Parameter anyEnvironment: whether the deployment belongs to none, and keeps the label of the one it was deployed to
  ///   first: to write another would make it, and the runs that it has planned, anew.
  func isSame(as other: DeploymentLabels, anyEnvironment: Bool) -> Bool {
    project == other.project && (anyEnvironment || environment == other.environment)
      && paused == other.paused && ScheduleMerge.areSame(schedules, other.schedules)
  }
}
