import ArgumentParser
import Essentials
import FoundationEssentials
import JSON
import PrefectAPI
import PrefectClient

/// Which schedules of which deployment.
struct ScheduleArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @Argument(help: ArgumentHelp("The schedule.", valueName: "slug|id"))
  var schedule: String?
  @Flag(help: "All schedules of the deployment.")
  var all = false

  func validate() throws {
    guard (schedule != nil) != all else {
      throw ValidationError("give the slug or id of a schedule, or --all")
    }
  }

  /// The deployment, and the schedules of it that are meant.
  func find(on server: PrefectClient) async throws -> (Prefect.Deployment, [Prefect.DeploymentSchedule]) {
    let deployment = try await server.existingDeployment(name)
    guard let schedule else { return (deployment, deployment.schedules) }
    let id = UUID(uuidString: schedule)
    let found = deployment.schedules.filter { candidate in
      if let id { candidate.id == id } else { candidate.slug == schedule }
    }
    guard !found.isEmpty else {
      throw Misconfiguration(
        "the deployment \(name) has no schedule \(schedule)",
        remedy: "`sluice deployment schedule ls \(name)` lists those it has.")
    }
    return (deployment, found)
  }

  func setActive(_ active: Bool, on server: PrefectClient, _ output: OutputOptions) async throws {
    let (deployment, schedules) = try await find(on: server)
    // A change deletes the runs that are planned, so none is sent where nothing changes.
    let changed = schedules.filter { $0.active != active }
    for schedule in changed {
      try await server.updateSchedule(
        schedule.id, ofDeployment: deployment.id, Prefect.DeploymentScheduleUpdate(active: active))
    }
    output.done(
      "\(active ? "Resumed" : "Paused") \(changed.count) of \(schedules.count) schedule(s) of deployment '\(name)'.",
      ["changed": .array(changed.map { .string($0.id.wire) }), "active": .bool(active)])
  }
}

/// `sluice deployment schedule pause`.
struct SchedulePauseCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Pauses a schedule, or all.")

  @OptionGroup var schedule: ScheduleArguments
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await schedule.setActive(false, on: server, output)
  }
}

/// `sluice deployment schedule resume`.
struct ScheduleResumeCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Lets a paused schedule, or all, go on.")

  @OptionGroup var schedule: ScheduleArguments
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await schedule.setActive(true, on: server, output)
  }
}
