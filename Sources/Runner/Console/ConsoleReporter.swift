public import Essentials
public import FlowKit
public import Foundation
import JSON
import Synchronization

/// Shows a run on a console, a line an event, and keeps its log and artifacts in a folder.
public final class ConsoleReporter: RunReporter {
  private let write: @Sendable (String) -> Void
  private let display: Mutex<ProgressDisplay>
  private let folder: RunFolder?
  private let leastLevel: Log.Level

  /// - Parameters:
  ///   - folder: where log and artifacts are kept; nil keeps nothing.
  ///   - leastLevel: lines below it are kept but not shown.
  ///   - isTerminal: whether a person looks on: progress is then a bar that moves.
  ///   - write: takes text, its line breaks included.
  public init(
    folder: RunFolder?, leastLevel: Log.Level = .info, isTerminal: Bool = false,
    write: @escaping @Sendable (String) -> Void
  ) {
    display = Mutex(ProgressDisplay(isTerminal: isTerminal))
    self.folder = folder
    self.leastLevel = leastLevel
    self.write = write
  }

  public func log(_ line: Log.Line, at time: Date) {
    let text = "\(Self.timeOfDay(time)) \(Self.padded(line.level)) \(line.label) | \(line.message)"
    if line.level >= leastLevel { show(line: text) }
    keep { try $0.append(log: "\(CalendarDate(utc: time)) \(text)") }
  }

  public func taskStarted(_ task: TaskIdentity) {}

  public func taskFinished(_ task: TaskIdentity, _ outcome: TaskOutcome) {
    let text: String
    switch outcome {
    case .completed(let attempts, let duration):
      text = "done in \(duration.inWords)\(attempts > 1 ? ", \(attempts) attempts" : "")"
    case .failed(let attempts, let duration, _):
      text = "failed after \(duration.inWords)\(attempts > 1 ? ", \(attempts) attempts" : "")"
    case .cached: text = "an earlier result still counts"
    case .cancelled: text = "cancelled"
    }
    log(Log.Line(level: .debug, label: "task \(task.name)-\(task.index)", message: text), at: Date())
  }

  public func artifact(_ artifact: Artifact, key: String, description: String?) {
    keep { folder in
      let path = try folder.write(artifact, key: key)
      log(Log.Line(level: .info, label: "artifact", message: "\(key): \(path)"), at: Date())
    }
  }

  public func progress(_ name: String, _ fraction: Double) {
    display.withLock { display in
      if let text = display.text(for: name, fraction) { write(text) }
    }
  }

  public func subflowStarted(_ id: UUID, flow: String, parent: UUID) {
    log(Log.Line(level: .info, label: flow, message: "started as \(id.uuidString.lowercased())"), at: Date())
  }

  public func subflowFinished(_ id: UUID, _ error: (any Error)?) {
    let outcome = error.map { "failed: \($0)" } ?? "completed"
    log(
      Log.Line(level: .info, label: id.uuidString.lowercased(), message: Redaction.redact(outcome)),
      at: Date())
  }

  /// Takes the last bar away; call it when the run has ended.
  public func end() {
    display.withLock { display in
      if let text = display.end() { write(text) }
    }
  }

  /// Written under the lock, so that lines and bars of several tasks do not mix.
  private func show(line: String) {
    display.withLock { write($0.text(forLine: line)) }
  }

  /// A run must not fail because its record cannot be written, but nobody should have to guess why it is missing.
  private func keep(_ body: (RunFolder) throws -> Void) {
    guard let folder else { return }
    do { try body(folder) } catch { show(line: "warning: \(Redaction.redact("\(error)"))") }
  }

  private static func timeOfDay(_ time: Date) -> String {
    let seconds = Int(time.timeIntervalSince1970.rounded(.down))
    let ofDay = ((seconds % 86_400) + 86_400) % 86_400
    return [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(
      separator: ":")
  }

  private static func padded(_ level: Log.Level) -> String {
    let name = level.rawValue.uppercased()
    return name + String(repeating: " ", count: 7 - name.count)
  }
}
