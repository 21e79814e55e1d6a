import Foundation
import PrefectTesting

@testable import Worker

/// A shell script as the process of a run.
struct Script {
  let folder: String
  var output: String { "\(folder)/output.log" }
  var printed: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

  init() throws { folder = try Example.folder() }

  func start(_ text: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"]) throws -> ProcessWatch
  {
    try ProcessWatch(
      child: try ChildProcess.start(
        Launch(words: ["/bin/sh", "-c", text], environment: environment), folder: folder, output: output))
  }

  /// Starts it so that it waits for the word.
  func held(
    _ text: String, watch: (ProcessIdentity) throws -> ProcessWatch = { try ProcessWatch(child: $0) }
  ) throws -> HeldProcess {
    try HeldProcess(
      Launch(words: ["/bin/sh", "-c", text], environment: ["PATH": "/usr/bin:/bin"]), folder: folder,
      output: output, watch: watch)
  }

  /// Waits until it has printed a line, and gives that.
  func firstLine() async -> String {
    let line = try? await eventually { printed.split(separator: "\n").first.map(String.init) }
    return line.flatMap { $0 } ?? ""
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
