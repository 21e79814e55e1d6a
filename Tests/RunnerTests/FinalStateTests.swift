import FlowKit
import FlowKitTesting
import Foundation
import JSON
import PrefectAPI
import Testing

@testable import Runner

@Suite("Which state a run ends in, and what the server's answer means") struct FinalStateTests {
  private struct Passing: Failure {
    var kind: FailureKind { .transient }
    var message: String { "busy" }
  }

  @Test(
    "The kind of a failure names the state",
    arguments: [
      (Misconfiguration("m", remedy: "Do."), "Misconfigured", "m. Do."), (Rejection("r"), "Rejected", "r"),
      (Fault("f"), "Failed", "f"), (Passing(), "Failed", "busy"),
      (TimedOut(work: "flow x", limit: .seconds(60)), "TimedOut", "flow x took longer than 1 min"),
      (TimedOut(work: "task x", limit: .seconds(60)), "Failed", "task x took longer than 1 min"),
    ] as [(any Failure, String, String)])
  func failures(error: any Failure, name: String, message: String) {
    let state = FinalState.state(of: .failed(error))
    #expect(state.type == .failed)
    #expect(state.name == name)
    #expect(state.message == message)
  }

  @Test("An error that is no failure is a defect, cut and masked")
  func defect() {
    struct Odd: Error { let text = String(repeating: "x", count: 20_000) + Secret("hunter2-long").reveal() }
    _ = Secret("masked-secret-1")
    let state = FinalState.state(of: .failed(Fault("it is masked-secret-1")))
    #expect(state.message == "it is ********")
    let long = FinalState.state(of: .failed(Odd()))
    #expect(long.message?.hasPrefix("a defect of this program: ") == true)
    #expect((long.message?.utf8.count ?? 0) < 10_100)
    #expect(long.message?.hasSuffix("more bytes left out)") == true)
  }

  @Test("A completed run says where its result is, or that it is nowhere")
  func completed() {
    let kept = FinalState.state(
      of: .completed(result: 1), result: Prefect.ResultRecordMetadata(storageKey: "/results/1"))
    #expect(kept.type == .completed)
    #expect(kept.data?["storage_key"] == "/results/1")
    #expect(kept.stateDetails.untrackableResult == nil)
    let unkept = FinalState.state(of: .completed(result: 1), note: "no room")
    #expect(unkept.data == nil)
    #expect(unkept.stateDetails.untrackableResult == true)
    #expect(unkept.message == "no room")
    #expect(FinalState.state(of: .cancelled, cancelledBecause: "why").message == "why")
  }

  @Test("Only what may pass is left to the server to be repeated")
  func retries() {
    #expect(FinalState.mayBeRetried(.failed(Passing())))
    #expect(!FinalState.mayBeRetried(.failed(Misconfiguration("m"))))
    #expect(!FinalState.mayBeRetried(.failed(Rejection("m"))))
    #expect(!FinalState.mayBeRetried(.failed(Fault("m"))))
    #expect(!FinalState.mayBeRetried(.cancelled))
    #expect(!FinalState.mayBeRetried(.completed(result: 1)))
  }

  private func step(
    _ status: Prefect.SetStateStatus, _ state: Prefect.State?, delay: Double? = nil
  ) -> FinalState.Step {
    FinalState.step(
      after: Prefect.OrchestrationResult(
        state: state, status: status,
        details: Prefect.OrchestrationDetails(status, reason: "because", delaySeconds: delay)),
      now: Date(timeIntervalSince1970: 100))
  }

  @Test("Answers")
  func answers() {
    #expect(step(.accept, Prefect.State(.running)) == .accepted)
    #expect(step(.wait, Prefect.State(.scheduled), delay: 2.5) == .again(after: .seconds(2.5)))
    #expect(step(.reject, Prefect.State(.cancelling)) == .cancel)
    var details = Prefect.StateDetails()
    details.scheduledTime = Date(timeIntervalSince1970: 160)
    let retry = Prefect.State(.scheduled, name: "AwaitingRetry", details: details)
    #expect(step(.reject, retry) == .retry(at: Date(timeIntervalSince1970: 160)))
    #expect(
      step(.reject, Prefect.State(.scheduled, name: "AwaitingConcurrencySlot"))
        == .leave("the run is AwaitingConcurrencySlot: because"))
    #expect(step(.abort, Prefect.State(.completed)) == .leave("the run is Completed: because"))
    #expect(step(.abort, nil) == .leave("because"))
  }

  @Test("A proposal that was made before, and its answer lost, counts as accepted; another one does not")
  func repeatedProposal() {
    let transition = UUID()
    var details = Prefect.StateDetails()
    details.transitionID = transition
    let answer = Prefect.OrchestrationResult(
      state: Prefect.State(.running, details: details), status: .reject,
      details: Prefect.OrchestrationDetails(.reject, reason: "already made"))
    #expect(FinalState.step(after: answer, to: transition, now: Date()) == .accepted)
    #expect(
      FinalState.step(after: answer, to: UUID(), now: Date()) == .leave("the run is Running: already made"))
  }

  @Test("A state that somebody else sets stops the run, but for its own pause")
  func stops() {
    #expect(FinalState.stop(for: Prefect.State(.cancelling)) == .cancelling)
    #expect(FinalState.stop(for: Prefect.State(.running)) == nil)
    #expect(FinalState.stop(for: Prefect.State(.paused)) == nil)
    var details = Prefect.StateDetails()
    details.pauseReschedule = true
    #expect(FinalState.stop(for: Prefect.State(.paused, details: details)) == .suspended)
    #expect(FinalState.stop(for: Prefect.State(.crashed)) == .ended("Crashed"))
    #expect(FinalState.stop(for: Prefect.State(.scheduled, name: "AwaitingRetry")) == nil)
  }

  @Test("A switch is thrown once, and cancels what is connected later, too")
  func stopSwitch() async {
    let stopSwitch = StopSwitch()
    stopSwitch.stop(.interrupted)
    let task = Task { try await untilCancelled() }
    stopSwitch.connect { task.cancel() }
    #expect(await task.result.isFailure)
    stopSwitch.stop(.ended("Failed"))
    #expect(stopSwitch.reason == .interrupted)
    stopSwitch.stop(.cancelling)
    #expect(stopSwitch.reason == .cancelling)
  }
}

extension Result {
  fileprivate var isFailure: Bool {
    if case .failure = self { return true }
    return false
  }
}
