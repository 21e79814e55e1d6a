import Essentials
import FlowKit
import Foundation
import PrefectAPI
import PrefectClient

/// The end of a run: its state is told, and nothing is lost.
extension PrefectRunLife {
  var cancellationReason: String {
    run.stopSwitch.reason == .cancelling
      ? "Cancelled at the request of a user." : "The process was asked to stop, and cancelled the run."
  }

  /// Makes the writes of the run that wait for the API.
  func settle(_ reporter: PrefectReporter) async {
    let start = clock.now()
    while true {
      do { return try await run.options.settle() } catch {
        guard isWorthWaiting(error, since: start, run.options.patience) else {
          return say(.error, "state of this run could not be kept: \(FinalState.sentence(error))", reporter)
        }
        try? await clock.sleep(for: .seconds(1))
      }
    }
  }

  func finalState(_ outcome: RunOutcome, _ reporter: PrefectReporter) async -> Prefect.StateCreate {
    switch outcome {
    case .completed(let result):
      guard let store = run.options.results else { return FinalState.state(of: outcome) }
      do {
        return FinalState.state(of: outcome, result: try await store.keep(result, run: id))
      } catch {
        let note = "The result could not be kept: \(FinalState.sentence(error))"
        say(.warning, note, reporter)
        return FinalState.state(of: outcome, note: note)
      }
    case .failed(let error): say(.error, FinalState.sentence(error), reporter)
    case .cancelled: say(.warning, cancellationReason, reporter)
    }
    return FinalState.state(of: outcome, cancelledBecause: cancellationReason)
  }

  enum Conclusion {
    case done
    case again(Date)
    case failed(any Error)
  }

  /// Tells the server the final state; asks again while the API is away.
  func conclude(
    _ state: Prefect.StateCreate, _ outcome: RunOutcome, _ policy: RetryPolicy
  ) async -> Conclusion {
    var state = state
    // The rule that repeats runs knows nothing of kinds of failures: passing it by is the only way to keep a run that
    // is misconfigured from being repeated.
    let force = state.type == .failed && policy.repeats && !FinalState.mayBeRetried(outcome)
    state.stateDetails.transitionID = UUID()
    let start = clock.now()
    while true {
      do {
        let answer = try await client.setFlowRunState(id, state, force: force)
        switch FinalState.step(after: answer, to: state.stateDetails.transitionID, now: clock.now()) {
        case .accepted: return .done
        case .again(let delay): try await clock.sleep(for: delay)
        case .retry(let date): return .again(date)
        case .cancel:
          run.stopSwitch.stop(.cancelling)
          state = FinalState.state(of: .cancelled, cancelledBecause: cancellationReason)
          state.stateDetails.transitionID = UUID()
        case .leave(let reason):
          say(.warning, "the final state was not taken: \(reason)")
          return .done
        }
      } catch {
        guard isWorthWaiting(error, since: start, run.options.patience) else { return .failed(error) }
        try? await clock.sleep(for: .seconds(1))
        // The answer that was lost may have been a retry: proposing FAILED once more would end a run that is to be
        // repeated.
        if state.type == .failed, !force, let current = try? await client.flowRun(id).state,
          current.displayName == Prefect.StateName.awaitingRetry
        {
          return .again(current.details.scheduledTime ?? clock.now())
        }
      }
    }
  }

  func conclude(_ state: Prefect.StateCreate) async throws {
    if case .failed(let error) = await conclude(state, .cancelled, RetryPolicy(Prefect.FlowRunPolicy())) {
      throw error
    }
  }

  /// How long reports wait for an API in whose place something else answers, once the final state is told.
  private static let detourPatience = Duration.seconds(300)

  /// Sends what is left, and ends.
  func finish(_ sending: Task<Void, Never>, _ error: (any Error)?) async -> PrefectRun.Ending {
    outbox.close()
    await sending.value
    let start = clock.now()
    await sender.sendAll { failure in
      // A server that does not have one address at all would keep the process for as long as an outage does.
      error == nil
        && (isWorthWaiting(failure, since: start, run.options.patience, isKnown: false)
          || isWorthWaiting(failure, since: start, min(run.options.patience, Self.detourPatience)))
    }
    if outbox.leftOut > 0 { say(.warning, "\(outbox.leftOut) log lines were left out of what was sent") }
    return error.map { .untold($0) } ?? .told
  }
}
