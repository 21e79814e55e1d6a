import ArgumentParser

/// What Prefect's commands have where they ask before they delete. These never ask, so it changes nothing: scripts that were
/// written for Prefect's go on working.
struct ConfirmationOptions: ParsableArguments {
  @Flag(name: [.customShort("y"), .customLong("accept-yes")], help: "Do not ask. Nothing is asked anyway.")
  var acceptsYes = false
}
