import ArgumentParser
import Essentials
public import FlowKit
@preconcurrency import Glibc
import Runner

/// The command line over a collection of flows. A collection of one's own is a package with these lines:
///
///     @main struct MyFlows {
///       static func main() async { await SluiceProgram.main(flows: [MyFlow.self, MyOtherFlow.self]) }
///     }
public enum SluiceProgram {
  /// The version of this program, as `sluice version` and the User-Agent show it.
  public static let version = SluiceVersion.text

  /// What the commands of this process work with.
  @TaskLocal static var context = ProgramContext.empty

  /// Runs the command that the process was called with, and ends the process with its exit code.
  public static func main(flows: [any Flow.Type]) async -> Never {
    printLineByLine()
    let code: Int32
    do {
      let options = try GlobalOptions(Array(CommandLine.arguments.dropFirst()))
      let arguments = options.arguments
      var environment = try ProgramEnvironment.current()
      if let profile = options.profile { environment["PREFECT_PROFILE"] = profile }
      let context = ProgramContext(
        catalogue: try Catalogue(needed(of: flows, arguments, environment)), environment: environment)
      code = await $context.withValue(context) { await run(arguments) }
    } catch {
      code = report(error)
    }
    exit(code)
  }

  /// Has lines appear as they are printed: a crash must not swallow those before it, and a pipe is read as they come.
  static func printLineByLine() { setvbuf(stdout, nil, _IOLBF, 0) }

  /// Runs a command and gives its exit code: 0, 1 fault, 2 usage, 3 configuration, 4 transient, 5 rejected,
  /// 130 interrupted.
  static func run(_ arguments: [String]) async -> Int32 {
    do {
      var command = try command(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch {
      return report(error)
    }
  }

  /// The start of a process that executes a run, of which there is one for every run. It takes less time where it leaves
  /// the other commands and flows alone.
  private static let execution = ["flow-run", "execute"]

  /// The flows to look at: for the execution of a run its own. The worker has looked at all of them when it started.
  static func needed(
    of flows: [any Flow.Type], _ arguments: [String], _ environment: [String: String]
  ) -> [any Flow.Type] {
    guard arguments.starts(with: execution),
      let flow = flows.first(where: { $0.name == environment["PREFECT__FLOW_NAME"] })
    else { return flows }
    return [flow]
  }

  private static func command(_ arguments: [String]) throws -> any ParsableCommand {
    // What is wrong with its arguments is said by the whole program.
    if arguments.starts(with: execution),
      let command = try? FlowRunExecuteCommand.parse(Array(arguments.dropFirst(2)))
    {
      return command
    }
    return try SluiceCommand.parseAsRoot(arguments)
  }

  private static func report(_ error: any Error) -> Int32 {
    switch error {
    case let exit as ExitCode: return exit.rawValue
    case let usage as UsageError:
      printError("error: \(Redaction.redact(usage.message))")
      return 2
    case is CancellationError: return 130
    case let failure as any Failure:
      printError("error: \(Redaction.redact(failure.description))")
      return failure.kind.exitCode
    default:
      let code = SluiceCommand.exitCode(for: error)
      let text = SluiceCommand.fullMessage(for: error)
      if code == .success {
        print(text)
        return 0
      }
      printError(Redaction.redact(text))
      return code == .validationFailure ? 2 : 1
    }
  }
}

/// Wrong usage of the command line: exit code 2.
struct UsageError: Error {
  let message: String
  init(_ message: String) { self.message = message }
}

/// Writes a line to the standard error stream.
func printError(_ line: String) { writeError("\(line)\n") }

/// Writes to the standard error stream, in one call, so that lines of several tasks do not mix.
func writeError(_ text: String) {
  var text = text
  text.withUTF8 { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = write(STDERR_FILENO, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }  // nobody reads; there is nowhere left to say so
      rest = rest.dropFirst(written)
    }
  }
}
