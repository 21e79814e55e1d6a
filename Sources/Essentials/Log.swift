internal import Logging

/// Where a flow, a connector or a service says what it does.
///
/// A thin wrapper over swift-log, so that authors import one module, every line is masked by ``Redaction``, and a
/// run can see its own lines (to send them to an orchestrator, or to hold them in a test).
public struct Log: Sendable {
  /// How important a line is, by Prefect's and swift-log's common names.
  public enum Level: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    public static func < (left: Level, right: Level) -> Bool { left.order < right.order }

    private var order: Int {
      switch self {
      case .debug: 0
      case .info: 1
      case .warning: 2
      case .error: 3
      }
    }
  }

  /// One line, after masking.
  public struct Line: Sendable, Equatable {
    public let level: Level
    public let label: String
    public let message: String

    package init(level: Level, label: String, message: String) {
      self.level = level
      self.label = label
      self.message = message
    }
  }

  /// Whose lines these are: `flow/task`.
  public let label: String
  /// Nil where nobody listens: then no line is built.
  private let sink: (@Sendable (Line) -> Void)?
  /// Whether lines of a level are shown at all.
  private let shows: @Sendable (Level) -> Bool

  private init(
    label: String, sink: (@Sendable (Line) -> Void)?, shows: @escaping @Sendable (Level) -> Bool
  ) {
    self.label = label
    self.sink = sink
    self.shows = shows
  }

  /// A log whose lines go to the given place.
  public init(label: String, sink: @escaping @Sendable (Line) -> Void) {
    self.init(label: label, sink: sink, shows: { _ in true })
  }

  /// A log that goes to swift-log, and so wherever the program that bootstrapped it wants.
  public init(label: String) {
    let logger = Logger(label: label)
    self.init(
      label: label, sink: { line in logger.log(level: line.level.swiftLog, "\(line.message)") },
      shows: { $0.swiftLog >= logger.logLevel })
  }

  /// A log that keeps nothing.
  public static let silent = Log(label: "silent", sink: nil, shows: { _ in false })

  /// The same place under a longer name: `flow` becomes `flow/task`.
  public func named(_ name: String) -> Log {
    Log(label: "\(label)/\(name)", sink: sink, shows: shows)
  }

  public func debug(_ message: @autoclosure () -> String) { write(.debug, message) }
  public func info(_ message: @autoclosure () -> String) { write(.info, message) }
  public func warning(_ message: @autoclosure () -> String) { write(.warning, message) }
  public func error(_ message: @autoclosure () -> String) { write(.error, message) }

  private func write(_ level: Level, _ message: () -> String) {
    guard let sink, shows(level) else { return }
    sink(Line(level: level, label: label, message: Redaction.redact(message())))
  }
}

extension Log.Level {
  fileprivate var swiftLog: Logger.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }
}
