import ArgumentParser
import Deployments
import Essentials
import JSON
import PrefectClient

/// `sluice config view`.
struct ConfigViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "view", abstract: "Shows the settings, and where each stands.",
    discussion: "Those that may have a password or a key in them are masked.")

  @Flag(inversion: .prefixedNo, help: "Where each setting stands.")
  var showSources = true
  @Flag(help: .hidden)
  var hideSources = false
  @Flag(help: "Print secrets, too.")
  var showSecrets = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    let settings = try PrefectSettings(environment: SluiceProgram.context.environment)
    let showSources = showSources && !hideSources
    let shown = settings.all.map { setting in
      (setting, SettingSecrecy.shown(setting.name, setting.value, showsSecrets: showSecrets))
    }
    switch output.output {
    case .json:
      let document: JSONObject = [
        "profile": .string(settings.profile),
        "settings": .array(
          shown.map { setting, value in
            ["name": .string(setting.name), "value": .string(value), "source": .string(setting.source)]
          }),
      ]
      print(JSONValue.object(document).text(.pretty))
    case .table:
      print("Profile: \(settings.profile) (\(settings.profilesPath))\n")
      let headers = ["Setting", "Value"] + (showSources ? ["Source"] : [])
      let rows = shown.map { setting, value in [setting.name, value] + (showSources ? [setting.source] : []) }
      print(rows.isEmpty ? "No settings are set." : TextTable(headers, rows).text)
    }
  }
}

/// Which settings are not to be shown.
enum SettingSecrecy {
  private static let parts = [
    "AUTH_STRING", "API_KEY", "PASSWORD", "TOKEN", "SECRET", "HEADERS", "CREDENTIAL",
  ]

  /// A value as it may be printed; of an address, all but its password.
  static func shown(_ name: String, _ value: String, showsSecrets: Bool) -> String {
    if showsSecrets { return value }
    if parts.contains(where: name.contains) || name.hasSuffix("_KEY") { return Redaction.mask }
    return value.replacing(/:\/\/[^\/@\s]+@/) { _ in "://\(Redaction.mask)@" }
  }
}
