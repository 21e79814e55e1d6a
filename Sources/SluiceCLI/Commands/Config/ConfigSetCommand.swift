import ArgumentParser
import Essentials
import JSON
import PrefectClient

/// `sluice config set`.
struct ConfigSetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Sets settings in the active profile.")

  @Argument(help: ArgumentHelp("The settings.", valueName: "NAME=value"))
  var settings: [String]
  @OptionGroup var output: OutputOptions

  func run() throws {
    let pairs = try settings.map { text in
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[1].isEmpty else {
        // Without the value, which may be a secret.
        throw UsageError(
          "expected NAME=value, found \"\(parts[0])\"; `sluice config unset` takes a setting away")
      }
      return (try ProfileSetting.checked(parts[0]), parts[1])
    }
    try ProfileSetting.change(pairs.map { ($0, Optional($1)) }, output, "Set")
  }
}

/// `sluice config unset`.
struct ConfigUnsetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unset", abstract: "Takes settings away from the active profile.")

  @Argument(help: ArgumentHelp("The settings.", valueName: "NAME"))
  var settings: [String]
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try ProfileSetting.change(try settings.map { (try ProfileSetting.checked($0), nil) }, output, "Unset")
  }
}

/// A setting of a profile.
enum ProfileSetting {
  static func checked(_ name: String) throws -> String {
    guard name.wholeMatch(of: /PREFECT_[A-Z0-9_]+/) != nil else {
      throw UsageError("\"\(name)\" is no setting of Prefect's: they begin with PREFECT_, in capitals")
    }
    guard !["PREFECT_PROFILES_PATH", "PREFECT_HOME", "PREFECT_PROFILE"].contains(name) else {
      throw UsageError(
        "\(name) says which profile counts, and cannot stand in one; set it in the environment")
    }
    return name
  }

  static func change(_ changes: [(name: String, value: String?)], _ output: OutputOptions, _ verb: String)
    throws
  {
    let environment = SluiceProgram.context.environment
    let settings = try PrefectSettings(environment: environment)
    var profiles = try PrefectProfiles(path: settings.profilesPath)
    for (name, value) in changes {
      if value == nil, profiles.settings(of: settings.profile)?[name] == nil {
        throw Misconfiguration("the profile \(settings.profile) in \(settings.profilesPath) has no \(name)")
      }
      try profiles.set(name, to: value, in: settings.profile)
    }
    output.done(
      "\(verb) \(changes.map(\.name).joined(separator: ", ")) in the profile \(settings.profile).",
      ["profile": .string(settings.profile), "changed": .array(changes.map { .string($0.name) })])
    // Where an earlier place has another value, the change has no effect, and people would look for it long.
    let now = try PrefectSettings(environment: environment)
    for (name, value) in changes where now.setting(name).map({ $0.value != value }) ?? false {
      printError("note: \(name) is set in \(now.setting(name)?.source ?? "another place"), which comes first")
    }
  }
}
