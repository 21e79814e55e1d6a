import Essentials
package import FoundationEssentials
package import PrefectAPI

/// Why a worker ends a process.
public enum EndingReason: Sendable, Equatable {
  /// Somebody cancelled the run.
  case cancelled
  /// The run is over by what the server says: deleted, or cancelled past this worker.
  case over
  /// It ran longer than it may.
  case timeLimit(Duration)
  /// It used more memory than it may.
  case memoryLimit(MemorySize, used: MemorySize)
  /// The worker stops, and the run is cancelled with it.
  case drainCancelled
  /// The worker stops, and the run is to be done again.
  case drainRequeued
}

/// Which state to report for a process that has ended.
package enum ReportRule {
  /// What to say to the server.
  package struct Report: Sendable, Equatable {
    package var state: Prefect.StateCreate
    /// Past the orchestration rules.
    package var isForced: Bool
    /// When the run's policy is made that of a run scheduled anew; nil where it is so, or the rules do it.
    package var reset: PolicyReset?

    init(_ state: Prefect.StateCreate, isForced: Bool = false) {
      self.state = state
      self.isForced = isForced
    }
  }

  /// The server's rules forget what a run has of its attempt as it is scheduled anew; a forced state leaves it, and then no
  /// worker finds a run that was to be repeated by its process.
  package enum PolicyReset: Sendable, Equatable {
    /// Before the state: as soon as that is there, the run may be another worker's.
    case before
    /// After it: until then nobody finds a run that its process was to repeat.
    case after
  }

  /// - Parameters:
  ///   - run: as the server has it.
  ///   - reason: why this worker ended its process; nil where it did not.
  ///   - claim: of a process that waited for the word (``HeldProcess``), the transition by which its run was claimed.
  /// - Returns: nil where nothing is left to say: the process has said how the run ended, or has handed it back.
  package static func report(
    _ ending: ProcessEnding, of run: Prefect.FlowRun, reason: EndingReason?, claim: UUID? = nil
  ) -> Report? {
    let type = run.state?.type ?? .pending
    if reason == .drainRequeued {
      // What the process reported on its way out, cancelled or crashed, is not how the run is to end.
      if type == .completed || type == .failed { return nil }
      if type == .cancelling { return cancelled() }
      // Suspended until somebody resumes it, or scheduled already: it waits without a process.
      if type == .paused, run.state?.details.pauseReschedule == true { return nil }
      if type == .scheduled, !run.policy.isRetriedInProcess { return nil }
      return requeued(run, type)
    }
    if type.isTerminal { return nil }
    if reason == .over { return nil }
    if reason == .cancelled || type == .cancelling { return cancelled() }
    if reason == .drainCancelled {
      return cancelledWithWorker
    }
    // Suspended, or scheduled anew for a worker: the process has ended as it should.
    if type == .paused { return nil }
    if type == .scheduled, !run.policy.isRetriedInProcess { return nil }
    if reason == nil, ending.exit == .exited(0), type == .pending {
      // A command that knows nothing of Prefect.
      return Report(
        Prefect.StateCreate(.completed, message: "The process ended with exit code 0\(ending.usageInWords)."))
    }
    if reason == nil, let claim, case .unknown = ending.exit, type == .pending,
      run.state?.details.transitionID == claim
    {
      // Its worker was killed as it was to give the word. One that hears it says RUNNING before it does anything.
      return Report(waitsForNext, isForced: true)
    }
    return Report(Prefect.StateCreate(.crashed, message: crash(ending, reason: reason)))
  }

  /// Forced, but for a run that has ended: there the server's rules do all of it.
  private static func requeued(_ run: Prefect.FlowRun, _ type: Prefect.StateType) -> Report {
    var report = Report(waitsForNext)
    // They refuse a run without a deployment.
    report.isForced = !type.isTerminal || run.deploymentID == nil
    if report.isForced, run.policy.remembersAttempt {
      report.reset = run.policy.isRetriedInProcess ? .after : .before
    }
    return report
  }

  private static var waitsForNext: Prefect.StateCreate {
    Prefect.StateCreate(.scheduled, message: "The worker was stopped; the run waits for the next one.")
  }

  private static var cancelledWithWorker: Report {
    Report(
      Prefect.StateCreate(.cancelled, message: "The worker was stopped, and the run cancelled with it."),
      isForced: true)
  }

  /// Forced, for the server lets nobody but a person out of CANCELLING otherwise.
  private static func cancelled() -> Report {
    Report(Prefect.StateCreate(.cancelled, message: "Flow run was cancelled successfully."), isForced: true)
  }

  private static func crash(_ ending: ProcessEnding, reason: EndingReason?) -> String {
    switch reason {
    case .timeLimit(let limit):
      "The process ran longer than its limit of \(limit.inWords) and was ended\(ending.usageInWords)."
    case .memoryLimit(let limit, let used):
      "The process used \(used.inWords) of memory, more than its limit of \(limit.inWords), and was ended."
    default:
      switch ending.exit {
      case .exited(0):
        "The process ended with exit code 0 and did not say how the run went\(ending.usageInWords)."
      case .signalled(9):
        "The process \(ending.exitInWords)\(ending.usageInWords). It was killed from outside; the system does so "
          + "when memory runs out."
      default: "The process \(ending.exitInWords)\(ending.usageInWords)."
      }
    }
  }

  /// Why a run that was claimed has no process.
  package enum Obstacle: Error, Equatable {
    /// What kept it from starting.
    case problem(String)
    /// Nothing says any more what to start.
    case deploymentGone
    /// It was to end before it had begun.
    case ended(EndingReason)
  }

  /// The state of a run that was claimed and is not started.
  ///
  /// - Returns: nil where it is over, or this worker's no more.
  package static func report(_ obstacle: Obstacle, current: Prefect.StateType?) -> Report? {
    let type = current ?? .pending
    if type.isTerminal { return nil }
    if type == .cancelling { return cancelled() }
    switch obstacle {
    case .problem(let problem):
      return Report(Prefect.StateCreate(.crashed, message: "Flow run could not be started: \(problem)"))
    case .deploymentGone:
      // Another worker has started it before the deployment went: it is that one's.
      guard type == .scheduled || type == .pending else { return nil }
      // As Prefect's own worker has it.
      return Report(
        Prefect.StateCreate(.cancelled, message: "The deployment no longer exists, cancelled run."),
        isForced: true)
    case .ended(let reason):
      guard type == .pending else { return nil }
      switch reason {
      // Nothing of an attempt is to be forgotten: a pause that it was resumed from is behind it.
      case .drainRequeued: return Report(waitsForNext, isForced: true)
      case .drainCancelled: return cancelledWithWorker
      default: return nil
      }
    }
  }
}
