import Essentials
import Foundation
import HTTP
import JSON

/// The pull step `git_clone`: a repository in a folder of the working directory, at a branch or a commit.
struct GitClone: Equatable, Sendable {
  /// Its address, without the login.
  let repository: String
  /// The login that its address had in it, `user:password` or either.
  private let login: Secret<String>?
  let branch: String?
  let commit: String?
  let includesSubmodules: Bool
  let token: Secret<String>?
  let name: String?

  init(_ inputs: JSONObject) throws {
    let known: Set = [
      "repository", "branch", "commit_sha", "include_submodules", "access_token", "credentials",
      "clone_directory_name", "id", "requires",
    ]
    if let unknown = inputs.keys.first(where: { !known.contains($0) }) {
      throw Misconfiguration(
        "pull step git_clone has the input \(unknown), which is not supported",
        remedy: "Supported are \(known.sorted().joined(separator: ", ")).")
    }
    guard let repository = inputs["repository"]?.string, !repository.isEmpty, !repository.hasPrefix("-")
    else {
      throw Misconfiguration("pull step git_clone has no repository")
    }
    (self.repository, login) = Self.apart(repository)
    branch = inputs["branch"]?.string
    commit = inputs["commit_sha"]?.string
    if let wrong = [branch, commit, inputs["clone_directory_name"]?.string].compactMap({ $0 })
      .first(where: { $0.hasPrefix("-") || $0.isEmpty })
    {
      throw Misconfiguration("pull step git_clone has the input \"\(wrong)\", which names nothing")
    }
    includesSubmodules = inputs["include_submodules"]?.bool ?? false
    token = (inputs["access_token"]?.string ?? inputs["credentials"]?.string).map { Secret($0) }
    name = inputs["clone_directory_name"]?.string
  }

  /// The folder: named after the repository, and the branch where one is asked for.
  var directory: String {
    if let name { return name }
    var last = repository.split(separator: "/").last.map(String.init) ?? "repository"
    if last.hasSuffix(".git") { last = String(last.dropLast(4)) }
    return branch.map { "\(last)-\($0.replacing("/", with: "-"))" } ?? last
  }

  /// Clones, or brings a clone that is there up to date. Gives the folder.
  func run(log: Log) async throws -> String {
    let directory = directory
    let wanted = commit ?? branch ?? "HEAD"
    if !FileManager.default.fileExists(atPath: "\(directory)/.git") {
      log.info("cloning \(shown)")
      try await git(["init", "--quiet", directory])
    }
    try await git(["-C", directory, "fetch", "--quiet", "--depth", "1", repository, wanted])
    try await git(["-C", directory, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD"])
    if includesSubmodules {
      try await git([
        "-C", directory, "submodule", "update", "--quiet", "--init", "--recursive", "--depth", "1",
      ])
    }
    return directory
  }

  /// The login goes by the environment: arguments are for everybody to see, and an address would stay in the clone. It
  /// is for the repository's own server alone: submodules may be anybody's.
  var environment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    environment["GIT_TERMINAL_PROMPT"] = "0"
    guard let server = Self.server(of: repository), let credentials else { return environment }
    let encoded = Data(credentials.utf8).base64EncodedString()
    Redaction.register(encoded)
    environment["GIT_CONFIG_COUNT"] = "1"
    environment["GIT_CONFIG_KEY_0"] = "http.\(server)/.extraHeader"
    environment["GIT_CONFIG_VALUE_0"] = "Authorization: Basic \(encoded)"
    return environment
  }

  /// `user:password` for the server; nil where it asks for none.
  private var credentials: String? {
    let login = login?.reveal()
    guard let token = token?.reveal() else { return login.map { $0.contains(":") ? $0 : "\($0):" } }
    if token.contains(":") { return token }
    // The user of the address, where it names one.
    let user = login?.prefix { $0 != ":" } ?? ""
    return "\(user.isEmpty ? "x-access-token" : user):\(token)"
  }

  /// The address without what stands before the @, and that. Only of addresses on the web: the user of SSH is no secret.
  private static func apart(_ repository: String) -> (String, Secret<String>?) {
    guard let match = repository.wholeMatch(of: /(https?:\/\/)([^\/?#]*)@(.*)/.ignoresCase()) else {
      return (repository, nil)
    }
    let written = String(match.2)
    for part in written.split(separator: ":").dropFirst() { Redaction.register(String(part)) }
    return ("\(match.1)\(match.3)", Secret(written.removingPercentEncoding ?? written))
  }

  /// `https://host:port` of an address on the web.
  private static func server(of repository: String) -> String? {
    repository.prefixMatch(of: /https?:\/\/[^\/?#]+/.ignoresCase()).map { String($0.0) }
  }

  /// The address as it may be shown.
  private var shown: String { URLText.masked(repository) }

  private func git(_ arguments: [String]) async throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    do { try process.run() } catch {
      throw Misconfiguration("pull step git_clone: git cannot be started: \(error)")
    }
    let said = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          let said = errors.fileHandleForReading.readDataToEndOfFile()
          process.waitUntilExit()
          continuation.resume(returning: said)
        }
      }
    } onCancel: {
      process.terminate()
    }
    try Task.checkCancellation()
    guard process.terminationStatus == 0 else {
      let text = Shortening.text(String(decoding: said, as: UTF8.self), limit: 2000)
      throw GitFailure(
        kind: GitFailure.isPassing(text) ? .transient : .configuration,
        message: Redaction.redact(
          "pull step git_clone: \(shown) at \(commit ?? branch ?? "its default branch") could not be fetched: \(text.trimmingCharacters(in: .whitespacesAndNewlines))"
        ))
    }
  }
}

/// Git could not do what was asked.
struct GitFailure: Failure {
  let kind: FailureKind
  let message: String
  var remedy: String? { "Check the repository, the branch, the credentials and the network." }

  /// Whether what git said is about the way to the server, and not about what was asked of it.
  static func isPassing(_ text: String) -> Bool {
    [
      "Could not resolve host", "Connection refused", "Connection reset", "timed out", "early EOF",
      "returned error: 5",
    ].contains { text.contains($0) }
  }
}
