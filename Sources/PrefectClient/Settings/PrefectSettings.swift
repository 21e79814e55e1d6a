import Essentials
import Foundation
import JSON

/// Prefect's settings, by its own names, from every place in which it looks.
///
/// The first place that has a setting counts: the environment (with what stands in `.env`), `prefect.toml`, the table
/// `tool.prefect` of `pyproject.toml`, and the active profile.
public struct PrefectSettings: Sendable {
  /// A setting, and where it stands.
  public struct Setting: Sendable, Equatable {
    public let name: String
    public let value: String
    /// `the environment`, `prefect.toml`, `the profile local of …/profiles.toml`.
    public let source: String
  }

  /// The file of the profiles.
  public let profilesPath: String
  /// The name of the profile that counts.
  public let profile: String
  private let places: [(source: String, settings: [String: String])]

  /// - Parameters:
  ///   - environment: of the process, with `.env` merged in.
  ///   - folder: where `prefect.toml` and `pyproject.toml` are looked for.
  public init(environment: [String: String], folder: String = ".") throws {
    let own = try Self.file("\(folder)/prefect.toml")
    let python = try Self.file("\(folder)/pyproject.toml", table: "tool.prefect")
    let home = environment["HOME"] ?? NSHomeDirectory()
    let named =
      environment["PREFECT_PROFILES_PATH"] ?? own["PREFECT_PROFILES_PATH"] ?? python["PREFECT_PROFILES_PATH"]
    let prefectHome = environment["PREFECT_HOME"] ?? own["PREFECT_HOME"] ?? python["PREFECT_HOME"]
    profilesPath = Self.expanded(named ?? "\(prefectHome ?? "~/.prefect")/profiles.toml", home: home)
    let profiles = try PrefectProfiles(path: profilesPath)
    let wanted = environment["PREFECT_PROFILE"].flatMap { $0.isEmpty ? nil : $0 }
    profile = wanted ?? profiles.active ?? "ephemeral"
    guard let settings = profiles.settings(of: profile) else {
      throw Misconfiguration(
        "there is no profile \(profile) in \(profilesPath)",
        remedy:
          "\(wanted == nil ? "Change active there" : "Set PREFECT_PROFILE") to one of: \(profiles.names.joined(separator: ", "))."
      )
    }
    places = [
      ("the environment", environment), ("\(folder)/prefect.toml", own), ("\(folder)/pyproject.toml", python),
      ("the profile \(profile) of \(profilesPath)", settings),
    ]
  }

  /// A setting by its name; nil where no place has it. Either of two names is found under both.
  public func setting(_ name: String) -> Setting? {
    for (source, settings) in places {
      for name in Self.names(of: name) {
        // An empty variable is as good as none, for a compose file that passes on what may not be set.
        if let value = settings[name], !value.isEmpty {
          return Setting(name: name, value: value, source: source)
        }
      }
    }
    return nil
  }

  public subscript(name: String) -> String? { setting(name)?.value }

  /// Every setting that begins with `PREFECT_`, with the place that counts, by name.
  public var all: [Setting] {
    let names = Set(places.flatMap { $0.settings.keys.filter { $0.hasPrefix("PREFECT_") } })
    return names.sorted().compactMap { setting($0) }
  }

  /// The places in words, for messages about a setting that none has.
  public var placesInWords: String { places.map(\.source).joined(separator: ", ") }

  /// A setting that is true or false.
  public func bool(_ name: String) throws -> Bool? {
    guard let setting = setting(name) else { return nil }
    switch setting.value.lowercased() {
    case "true", "1", "yes", "on", "t", "y": return true
    case "false", "0", "no", "off", "f", "n": return false
    default: throw fault(setting, "is neither true nor false")
    }
  }

  /// A setting that is a number.
  public func number(_ name: String) throws -> Double? {
    guard let setting = setting(name) else { return nil }
    guard let number = Double(setting.value), number.isFinite else { throw fault(setting, "is no number") }
    return number
  }

  func fault(_ setting: Setting, _ problem: String) -> Misconfiguration {
    Misconfiguration("\(setting.name) in \(setting.source), \"\(setting.value)\", \(problem)")
  }

  // MARK: Names

  /// The names of a setting, the present one first.
  static func names(of name: String) -> [String] {
    guard let pair = twoNames.first(where: { $0.contains(name) }) else { return [name] }
    return pair
  }

  /// Settings that were renamed, as far as they concern programs that talk to a server.
  private static let twoNames = [
    ["PREFECT_DEPLOYMENTS_DEFAULT_WORK_POOL_NAME", "PREFECT_DEFAULT_WORK_POOL_NAME"],
    ["PREFECT_FLOWS_DEFAULT_RETRIES", "PREFECT_FLOW_DEFAULT_RETRIES"],
    ["PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS", "PREFECT_FLOW_DEFAULT_RETRY_DELAY_SECONDS"],
    ["PREFECT_FLOWS_HEARTBEAT_FREQUENCY", "PREFECT_RUNNER_HEARTBEAT_FREQUENCY"],
    ["PREFECT_TASKS_DEFAULT_RETRIES", "PREFECT_TASK_DEFAULT_RETRIES"],
    ["PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS", "PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS"],
    ["PREFECT_RESULTS_DEFAULT_STORAGE_BLOCK", "PREFECT_DEFAULT_RESULT_STORAGE_BLOCK"],
    ["PREFECT_RESULTS_LOCAL_STORAGE_PATH", "PREFECT_LOCAL_STORAGE_PATH"],
    ["PREFECT_LOGGING_CONFIG_PATH", "PREFECT_LOGGING_SETTINGS_PATH"],
    ["PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED", "PREFECT_SERVER_CSRF_PROTECTION_ENABLED"],
    ["PREFECT_SERVER_API_CSRF_TOKEN_EXPIRATION", "PREFECT_SERVER_CSRF_TOKEN_EXPIRATION"],
    ["PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL"],
    ["PREFECT_SERVER_UI_ENABLED", "PREFECT_UI_ENABLED"],
    ["PREFECT_SERVER_UI_API_URL", "PREFECT_UI_API_URL"],
  ]

  // MARK: Files

  /// The settings of a TOML file by their names in the environment: `url` in the table `api` is `PREFECT_API_URL`.
  private static func file(_ path: String, table: String? = nil) throws -> [String: String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [:] }
    var text = String(decoding: data, as: UTF8.self)
    if let table { text = lines(of: text, table: table) }
    var document = JSONValue.object(try TOMLReader.read(text, file: path))
    for name in table?.split(separator: ".") ?? [] { document = document[String(name)] ?? [:] }
    var settings: [String: String] = [:]
    collect(document, "PREFECT", into: &settings)
    return settings
  }

  /// The lines of a table and the tables below it, all others left empty: the rest of a file that belongs to somebody
  /// else is not ours to understand.
  private static func lines(of text: String, table: String) -> String {
    var isOurs = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let trimmed = line.drop { $0 == " " || $0 == "\t" }
      if trimmed.hasPrefix("[") {
        let name = trimmed.dropFirst().prefix { $0 != "]" }.filter { $0 != " " && $0 != "\"" && $0 != "'" }
        isOurs = name == table || name.hasPrefix("\(table).")
      }
      return isOurs ? String(line) : ""
    }.joined(separator: "\n")
  }

  private static func collect(_ value: JSONValue, _ name: String, into settings: inout [String: String]) {
    // A table is a group of settings, and may be the value of one, such as custom_headers.
    settings[name] = value.asSetting
    for (key, value) in value.object ?? [:] { collect(value, "\(name)_\(key.uppercased())", into: &settings) }
  }

  private static func expanded(_ path: String, home: String) -> String {
    path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path
  }
}
