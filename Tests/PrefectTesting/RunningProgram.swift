import Foundation
import Glibc
import Synchronization

/// A program as people start it: a process with a home of its own, and what it has said so far.
package final class RunningProgram: Sendable {
  /// How a program ended, and what it said.
  package struct Ending: Sendable {
    package let code: Int32
    package let output: String
    package let errors: String
  }

  private let process: Mutex<Process>
  private let end = ProgramEnd()
  private let outputFile: String
  private let errorFile: String
  package let processID: Int32

  /// The file of a program that was built beside the tests.
  package static func built(_ name: String) -> String {
    URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name).path
  }

  /// - Parameters:
  ///   - home: `HOME`, where its streams are written, and its working folder unless another is given.
  ///   - environment: over `HOME` and a plain `PATH`; nothing is inherited.
  package init(
    _ program: String, _ arguments: [String], home: String, folder: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    let name = UUID().uuidString
    (outputFile, errorFile) = ("\(home)/output-\(name)", "\(home)/errors-\(name)")
    for file in [outputFile, errorFile] { try Data().write(to: URL(filePath: file)) }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder ?? home)
    process.environment = environment.merging(["HOME": home, "PATH": "/usr/bin:/bin"]) { first, _ in first }
    process.standardInput = FileHandle.nullDevice
    let streams = try [outputFile, errorFile].map { try FileHandle(forWritingTo: URL(filePath: $0)) }
    (process.standardOutput, process.standardError) = (streams[0], streams[1])
    process.terminationHandler = { [end] process in end.come(process.terminationStatus) }
    try process.run()
    // The process has them now; here they would stay open for as long as it is remembered.
    for stream in streams { try stream.close() }
    processID = process.processIdentifier
    self.process = Mutex(process)
  }

  package var isRunning: Bool { process.withLock { $0.isRunning } }
  package var output: String { (try? String(contentsOfFile: outputFile, encoding: .utf8)) ?? "" }
  package var errors: String { (try? String(contentsOfFile: errorFile, encoding: .utf8)) ?? "" }

  package func send(_ signal: Int32) { if isRunning { kill(processID, signal) } }

  /// Waits for the end, and gives the exit code. Goes on waiting where the test is over its time: whoever ends a
  /// program has to see the end of it.
  @discardableResult package func ended() async -> Int32 {
    await withCheckedContinuation { end.wait($0) }
  }

  /// Asks a program to end, and makes it end where it does not.
  package func stop(within limit: Duration = .seconds(20)) async {
    send(SIGTERM)
    let killer = Task {
      // A limit, which passes only where the program does not obey; it is another process, on the time of the machine.
      try await Task.sleep(for: limit)
      send(SIGKILL)
    }
    await ended()
    killer.cancel()
  }

  /// Runs a program to its end.
  package static func run(
    _ program: String, _ arguments: [String], home: String, folder: String? = nil,
    environment: [String: String] = [:]
  ) async throws -> Ending {
    let running = try RunningProgram(
      program, arguments, home: home, folder: folder, environment: environment)
    let code = await running.ended()
    return Ending(code: code, output: running.output, errors: running.errors)
  }
}
