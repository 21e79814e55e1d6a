import ArgumentParser
import Essentials
import FoundationEssentials
import JSON
import PrefectAPI
import PrefectClient

/// Which schedules of which deployment; with `--all` alone, those of every deployment.
struct ScheduleArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String?
  @Argument(help: ArgumentHelp("The schedule.", valueName: "slug|id"))
  var schedule: String?
  @Flag(help: "All schedules of the deployment, or of the server where none is named.")
  var all = false

  func validate() throws {
    guard (schedule != nil) != all else {
      throw ValidationError("give the slug or id of a schedule, or --all")
    }
  }

  /// The schedules that are meant, by their deployments.
  func find(
    on server: PrefectClient
  ) async throws -> [(deployment: Prefect.Deployment, schedules: [Prefect.DeploymentSchedule])] {
    guard let name else { return try await server.deployments().map { ($0, $0.schedules) } }
    let deployment = try await server.existingDeployment(name)
    guard let schedule else { return [(deployment, deployment.schedules)] }
    let id = UUID(uuidString: schedule)
    let found = deployment.schedules.filter { candidate in
      if let id { candidate.id == id } else { candidate.slug == schedule }
    }
    guard !found.isEmpty else {
      throw Misconfiguration(
        "the deployment \(name) has no schedule \(schedule)",
        remedy: "`sluice deployment schedule ls \(name)` lists those it has.")
    }
    return [(deployment, found)]
  }

  func setActive(_ active: Bool, on server: PrefectClient, _ output: OutputOptions) async throws {
    var changed: [JSONValue] = []
    let found = try await find(on: server)
    for (deployment, schedules) in found {
      // A change deletes the runs that are planned, so none is sent where nothing changes.
      for schedule in schedules where schedule.active != active {
        try await server.updateSchedule(
          schedule.id, ofDeployment: deployment.id, Prefect.DeploymentScheduleUpdate(active: active))
        changed.append(.string(schedule.id.wire))
      }
    }
    output.done(
      "\(active ? "Resumed" : "Paused") \(changed.count) of \(found.map(\.schedules.count).reduce(0, +)) schedule(s) of \(subject(found.count)).",
      ["changed": .array(changed), "active": .bool(active)])
  }

  /// What the schedules belong to, in words.
  func subject(_ deployments: Int) -> String {
    name.map { "deployment '\($0)'" } ?? "\(deployments) deployment(s)"
  }
}
