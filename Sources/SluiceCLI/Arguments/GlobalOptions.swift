/// What Prefect's own command line takes before the name of a command, and its `--no-prompt` wherever it stands.
struct GlobalOptions {
  /// The rest, from the name of the command on.
  private(set) var arguments: [String]
  /// The profile that counts for this call.
  private(set) var profile: String?

  /// The commands with options and arguments of their own, in which nothing is taken away.
  private static let own = ["run", "zonal", "grid", "sandbox", "serve"]

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    reading: while let first = rest.first {
      switch first {
      case "--prompt", "--no-prompt": rest = rest.dropFirst()
      case "--profile", "-p":
        guard let name = rest.dropFirst().first else {
          throw UsageError("\(first) needs the name of a profile")
        }
        profile = name
        rest = rest.dropFirst(2)
      case "-v": rest = ["--version"] + rest.dropFirst()
      default:
        guard first.hasPrefix("--profile=") else { break reading }
        profile = String(first.dropFirst("--profile=".count))
        rest = rest.dropFirst()
      }
    }
    self.arguments = Array(rest)
    // Nothing is ever asked.
    if let command = rest.first, !Self.own.contains(command) {
      self.arguments.removeAll { $0 == "--no-prompt" || $0 == "--prompt" }
    }
  }
}
