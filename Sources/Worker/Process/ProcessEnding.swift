import Essentials

/// How a process ended.
public enum ProcessExit: Sendable, Equatable {
  /// By itself, with an exit code.
  case exited(Int32)
  /// By a signal.
  case signalled(Int32)
  /// Unseen: it was no child of this program any more, or it ended while no worker ran.
  case unknown(Unseen)

  /// Why nobody saw it.
  public enum Unseen: String, Sendable {
    /// It belonged to a worker that was stopped before this one was started.
    case adopted
    /// It ended while no worker ran.
    case whileAway
    /// The machine was started anew.
    case restartedMachine
  }

  /// Reads the status that `wait` gives (wait(2): the low seven bits are the signal, the next byte the exit code).
  init(waitStatus status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
  }
}

/// What a process used.
public struct ProcessUsage: Sendable, Equatable {
  /// The largest resident memory, in bytes: of the process and of those it waited for the largest, or as it was
  /// sampled for the whole group. Nil where it was small and short, so that nobody saw it.
  public var peakMemory: Int?
  /// Seconds of processor time, in user and system mode.
  public var cpuSeconds: Double

  public init(peakMemory: Int?, cpuSeconds: Double) {
    self.peakMemory = peakMemory
    self.cpuSeconds = cpuSeconds
  }
}

/// The end of a process with what it used, where that is known.
public struct ProcessEnding: Sendable, Equatable {
  public var exit: ProcessExit
  public var usage: ProcessUsage?

  public init(_ exit: ProcessExit, usage: ProcessUsage? = nil) {
    self.exit = exit
    self.usage = usage
  }

  /// `ended with exit code 3`, `was killed by signal 9 (SIGKILL)`.
  var exitInWords: String {
    switch exit {
    case .exited(let code): "ended with exit code \(code)"
    case .signalled(let signal):
      "was ended by signal \(signal)\(SignalName.of(signal).map { " (\($0))" } ?? "")"
    case .unknown(.adopted): "ended, exit code unknown: the worker that started it was stopped meanwhile"
    case .unknown(.whileAway): "ended while no worker ran, exit code unknown"
    case .unknown(.restartedMachine): "ended with the machine it ran on, exit code unknown"
    }
  }

  /// `; peak memory 34 MiB, 1.2 s of processor time`; empty where that is not known.
  var usageInWords: String {
    guard let usage else { return "" }
    var parts: [String] = []
    if let memory = usage.peakMemory { parts.append("peak memory \(MemorySize(bytes: memory).inWords)") }
    if usage.cpuSeconds > 0 {
      parts.append("\(Duration.seconds(usage.cpuSeconds).inWords) of processor time")
    }
    return parts.isEmpty ? "" : "; \(parts.joined(separator: ", "))"
  }
}

/// The names of signals.
enum SignalName {
  static func of(_ signal: Int32) -> String? {
    switch signal {
    case 1: "SIGHUP"
    case 2: "SIGINT"
    case 3: "SIGQUIT"
    case 4: "SIGILL"
    case 5: "SIGTRAP"
    case 6: "SIGABRT"
    case 7: "SIGBUS"
    case 8: "SIGFPE"
    case 9: "SIGKILL"
    case 11: "SIGSEGV"
    case 13: "SIGPIPE"
    case 14: "SIGALRM"
    case 15: "SIGTERM"
    case 24: "SIGXCPU"
    default: nil
    }
  }
}
