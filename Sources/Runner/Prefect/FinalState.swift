import Essentials
import FlowKit
import FoundationEssentials
import PrefectAPI

/// Which states a run proposes, and what the answers mean. Rules only, no I/O.
enum FinalState {
  /// The state that says how a run ended.
  ///
  /// - Parameters:
  ///   - result: where the result lies; nil where it was not kept.
  ///   - note: said with a completed run, such as why its result was not kept.
  static func state(
    of outcome: RunOutcome, result: Prefect.ResultRecordMetadata? = nil, note: String? = nil,
    cancelledBecause reason: String? = nil
  ) -> Prefect.StateCreate {
    switch outcome {
    case .completed:
      var details = Prefect.StateDetails()
      details.untrackableResult = result == nil ? true : nil
      return Prefect.StateCreate(
        .completed, message: note.map(message), data: result.flatMap { try? $0.wireDocument() },
        details: details)
    case .failed(let error):
      return Prefect.StateCreate(.failed, name: outcome.stateName, message: message(sentence(error)))
    case .cancelled:
      return Prefect.StateCreate(.cancelled, message: reason.map(message))
    }
  }

  /// How a task or a sub-flow ended, in the same words as a run.
  static func outcome(of error: any Error) -> RunOutcome {
    error is CancellationError ? .cancelled : .failed(error)
  }

  /// Whether trying the whole run again can help, and so whether the server may be left to decide about it.
  static func mayBeRetried(_ outcome: RunOutcome) -> Bool {
    guard case .failed(let error) = outcome else { return false }
    return FailureKind(of: error) == .transient
  }

  /// An error as people read it.
  static func sentence(_ error: any Error) -> String {
    (error as? any Failure)?.description ?? "a defect of this program: \(error)"
  }

  private static func message(_ text: String) -> String {
    Shortening.text(Redaction.redact(text), limit: Shortening.stateMessage)
  }

  /// What to do after a proposal was answered.
  enum Step: Equatable {
    /// The state stands.
    case accepted
    /// Propose the same again, after so long.
    case again(after: Duration)
    /// The run is to be repeated in this process, from then on.
    case retry(at: Date)
    /// Somebody wants the run cancelled.
    case cancel
    /// The run is in a state that this process must leave alone.
    case leave(String)
  }

  /// - Parameter transition: names the proposal, which may have been made before, and its answer lost.
  static func step(
    after answer: Prefect.OrchestrationResult, to transition: UUID? = nil, now: Date
  ) -> Step {
    if let transition, answer.status == .reject, answer.state?.details.transitionID == transition {
      return .accepted
    }
    switch answer.status {
    case .accept: return .accepted
    case .wait: return .again(after: .seconds(max(0, answer.details.delaySeconds ?? 1)))
    default:
      guard let state = answer.state else { return .leave(answer.details.reason ?? "the server refused it") }
      if state.type == .cancelling { return .cancel }
      if state.type == .scheduled, state.displayName == Prefect.StateName.awaitingRetry {
        return .retry(at: state.details.scheduledTime ?? now)
      }
      let reason = answer.details.reason.map { ": \($0)" } ?? ""
      return .leave("the run is \(state.displayName)\(reason)")
    }
  }

  /// What a state that somebody else gave a running run asks of this process; nil where nothing.
  static func stop(for state: Prefect.State) -> StopReason? {
    switch state.type {
    case .cancelling: .cancelling
    case .running: nil
    // A pause is one's own as long as it keeps its process.
    case .paused: state.details.pauseReschedule == true ? .suspended : nil
    case .cancelled, .completed, .failed, .crashed: .ended(state.displayName)
    default: nil
    }
  }
}

/// Why a run is stopped before its end.
enum StopReason: Equatable, Sendable {
  /// Cancelled at the server.
  case cancelling
  /// This process was asked to stop.
  case interrupted
  /// The run gives up its process and is scheduled anew when somebody resumes it.
  case suspended
  /// Somebody else ended it; the state's name.
  case ended(String)
}
