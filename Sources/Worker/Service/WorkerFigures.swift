import Essentials
package import FoundationEssentials
import Synchronization

/// What a worker has done, counted.
package final class WorkerFigures: Sendable {
  private struct Counts {
    var claimed = 0
    var started = 0
    var ended: [String: Int] = [:]
    var polls = 0
    var failedPolls = 0
    var inFlight = 0
    var lastPoll: Date?
    var startSeconds = 0.0
    var cpuSeconds = 0.0
    var peakMemory = 0
  }

  private let counts = Mutex(Counts())

  package init() {}

  package var lastPoll: Date? { counts.withLock { $0.lastPoll } }
  package var inFlight: Int { counts.withLock { $0.inFlight } }

  func polled(at date: Date) {
    counts.withLock {
      $0.polls += 1
      $0.lastPoll = date
    }
  }

  func pollFailed() { counts.withLock { $0.failedPolls += 1 } }
  func claimed() { counts.withLock { $0.claimed += 1 } }
  func began() { counts.withLock { $0.inFlight += 1 } }

  /// - Parameter seconds: from the claim to the process.
  func started(after seconds: Double) {
    counts.withLock {
      $0.started += 1
      $0.startSeconds += seconds
    }
  }

  /// - Parameter outcome: the type of the state that was reported, `none` where the process had said it itself.
  func ended(_ ending: ProcessEnding?, outcome: String) {
    counts.withLock {
      $0.inFlight -= 1
      $0.ended[outcome, default: 0] += 1
      guard let usage = ending?.usage else { return }
      $0.cpuSeconds += usage.cpuSeconds
      $0.peakMemory = max($0.peakMemory, usage.peakMemory ?? 0)
    }
  }

  /// Prometheus' text format, version 0.0.4
  /// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
  package func text(worker: String, residentMemory: Int?) -> String {
    let counts = counts.withLock { $0 }
    var lines: [String] = []
    func metric(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: String)])
    {
      lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
      lines += samples.map { "\(name)\($0.labels) \($0.value)" }
    }
    let label = "worker=\"\(Self.escaped(worker))\""
    let own = "{\(label)}"
    metric(
      "sluice_worker_info", "gauge", "The worker, and its version.",
      [("{\(label),version=\"\(SluiceVersion.text)\"}", "1")])
    metric(
      "sluice_worker_runs_in_flight", "gauge", "Flow runs that have a process, or wait to be reported.",
      [(own, "\(counts.inFlight)")])
    metric(
      "sluice_worker_runs_claimed_total", "counter", "Flow runs that were claimed.",
      [(own, "\(counts.claimed)")])
    metric(
      "sluice_worker_runs_started_total", "counter", "Processes that were started.",
      [(own, "\(counts.started)")])
    metric(
      "sluice_worker_runs_ended_total", "counter",
      "Flow runs that ended, by the state that the worker reported; none where the run had said it itself.",
      counts.ended.sorted { $0.key < $1.key }.map { ("{\(label),reported=\"\($0.key)\"}", "\($0.value)") })
    metric(
      "sluice_worker_start_seconds_total", "counter", "Seconds from claim to process, over all runs.",
      [(own, "\(counts.startSeconds)")])
    metric("sluice_worker_polls_total", "counter", "Polls that were answered.", [(own, "\(counts.polls)")])
    metric(
      "sluice_worker_polls_failed_total", "counter", "Polls that were not.", [(own, "\(counts.failedPolls)")])
    if let last = counts.lastPoll {
      metric(
        "sluice_worker_last_poll_timestamp_seconds", "gauge", "When the last poll was answered.",
        [(own, "\(last.timeIntervalSince1970)")])
    }
    metric(
      "sluice_worker_runs_cpu_seconds_total", "counter", "Processor time of runs that have ended.",
      [(own, "\(counts.cpuSeconds)")])
    metric(
      "sluice_worker_runs_peak_memory_bytes", "gauge", "The largest memory of a run so far.",
      [(own, "\(counts.peakMemory)")])
    if let residentMemory {
      metric(
        "process_resident_memory_bytes", "gauge", "Resident memory of the worker itself.",
        [(own, "\(residentMemory)")])
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
