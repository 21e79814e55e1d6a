import Essentials
import Foundation
@preconcurrency import Glibc
import HTTP
import JSON
import PrefectClient
import Runner
import Worker

/// What the commands that start processes for runs have in common.
struct WorkerSetting {
  let settings: PrefectSettings
  let client: PrefectClient
  var options: WorkerOptions

  init(environment: [String: String], name: String) throws {
    settings = try PrefectSettings(environment: environment)
    var configuration = try PrefectConfiguration(settings)
    // Workers ask again by a rhythm of their own.
    configuration.maxRetries = min(configuration.maxRetries, 2)
    var http = configuration.http
    http.userAgent = HTTPConfiguration.sluice.userAgent
    client = PrefectClient(configuration, http: HTTPClient(configuration: http))
    options = WorkerOptions(
      name: name, stateFolder: ProgramFolders(environment).state,
      ownCommand: [Self.ownProgram, "flow-run", "execute"], environment: environment)
    options.settings = Dictionary(settings.all.map { ($0.name, $0.value) }) { first, _ in first }
    options.waitOption = FlowRunExecuteCommand.waitOption
    options.output = Self.repeatOutput
  }

  /// This program's file, whatever it was called by.
  static var ownProgram: String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return CommandLine.arguments[0] }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The name of this machine, without its domain.
  static var hostName: String {
    ProcessInfo.processInfo.hostName.split(separator: ".").first.map(String.init) ?? "localhost"
  }

  /// Runs print to their own file; here it is repeated on the standard output.
  private static func repeatOutput(_ bytes: [UInt8]) {
    let text = Redaction.redact(String(decoding: bytes, as: UTF8.self))
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, rest.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }  // nobody reads
      rest = rest.dropFirst(written)
    }
  }

  /// Lines on the standard error stream, with the time.
  static func log(leastLevel: Log.Level) -> Log {
    Log(label: "worker") { line in
      guard line.level >= leastLevel else { return }
      let name = line.label.split(separator: "/").dropFirst().joined(separator: "/")
      let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
      printError("\(time) \(line.level.rawValue) \(name.isEmpty ? "" : "\(name): ")\(line.message)")
    }
  }
}
