import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient

/// `sluice deployment schedule ls`.
struct ScheduleListCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists the schedules.")

  @Argument(help: ArgumentHelp("The deployment.", valueName: "flow/name|id"))
  var name: String
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    let schedules = try await server.existingDeployment(name).schedules
    try output.show(
      schedules, none: "The deployment '\(name)' has no schedules.",
      ["ID", "Slug", "Schedule", "Active", "Parameters"]
    ) { schedule in
      [
        schedule.id.wire, schedule.slug ?? "", Words.schedule(schedule.schedule),
        schedule.active ? "yes" : "no",
        schedule.parameters.isEmpty ? "" : JSONValue.object(schedule.parameters).text(),
      ]
    }
  }
}
