/// Where a program keeps what outlives it, by the XDG base directory specification
/// (https://specifications.freedesktop.org/basedir-spec/latest/).
public struct ProgramFolders: Sendable {
  /// `$XDG_STATE_HOME/sluice`, or `~/.local/state/sluice`: records of runs, watermarks, variables.
  public let state: String
  /// `$XDG_CACHE_HOME/sluice`, or `~/.cache/sluice`: what can be made again.
  public let cache: String

  public init(_ environment: [String: String]) {
    func folder(_ variable: String, _ fallback: String) -> String {
      if let folder = environment[variable], !folder.isEmpty { return "\(folder)/sluice" }
      return "\(environment["HOME"] ?? ".")/\(fallback)/sluice"
    }
    state = folder("XDG_STATE_HOME", ".local/state")
    cache = folder("XDG_CACHE_HOME", ".cache")
  }
}
