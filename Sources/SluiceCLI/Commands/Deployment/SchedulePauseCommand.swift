import ArgumentParser
import JSON
import PrefectAPI
import PrefectClient

/// `sluice deployment schedule pause`.
struct SchedulePauseCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Pauses a schedule, or all.",
    discussion: "With --all and without a deployment: every schedule of the server.")

  @OptionGroup var schedule: ScheduleArguments
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await schedule.setActive(false, on: server, output)
  }
}

/// `sluice deployment schedule resume`.
struct ScheduleResumeCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Lets a paused schedule, or all, go on.",
    discussion: "With --all and without a deployment: every schedule of the server.")

  @OptionGroup var schedule: ScheduleArguments
  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await schedule.setActive(true, on: server, output)
  }
}
