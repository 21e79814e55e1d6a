import Essentials
import FoundationEssentials
import JSON
import PrefectAPI
import Testing

@testable import Worker

@Suite("Which state is reported for an end") struct ReportRuleTests {
  func report(
    _ exit: ProcessExit, _ type: Prefect.StateType, name: String? = nil, inProcess: Bool = false,
    _ reason: EndingReason? = nil, usage: ProcessUsage? = nil
  ) -> ReportRule.Report? {
    var run = Example.run()
    run.state = Prefect.State(type, name: name)
    if inProcess { run.policy.retryType = "in_process" }
    return ReportRule.report(ProcessEnding(exit, usage: usage), of: run, reason: reason)
  }

  @Test(
    "Nothing where the run has said how it ended, or handed itself back",
    arguments: [.completed, .failed, .cancelled, .crashed, .paused, .scheduled] as [Prefect.StateType])
  func silent(type: Prefect.StateType) {
    #expect(report(.exited(0), type) == nil)
    #expect(report(.exited(1), type) == nil)
  }

  @Test("Crashed with exit code, memory and processor time")
  func exitCode() {
    let crash = report(.exited(3), .running, usage: ProcessUsage(peakMemory: 35_651_584, cpuSeconds: 1.23))
    #expect(crash?.state.type == .crashed)
    #expect(crash?.isForced == false)
    #expect(
      crash?.state.message
        == "The process ended with exit code 3; peak memory 34 MiB, 1.2 s of processor time.")
  }

  @Test("Crashed with the signal; of SIGKILL it is said where it may come from")
  func signal() {
    #expect(
      report(.signalled(11), .running)?.state.message == "The process was ended by signal 11 (SIGSEGV).")
    #expect(
      report(.signalled(9), .running)?.state.message
        == "The process was ended by signal 9 (SIGKILL). It was killed from outside; the system does so when memory runs out."
    )
  }

  @Test("Crashed, exit code unknown, where nobody saw the end")
  func unseen() {
    for unseen in [ProcessExit.Unseen.adopted, .whileAway, .restartedMachine] {
      let crash = report(.unknown(unseen), .running)
      #expect(crash?.state.type == .crashed)
      #expect(crash?.state.message?.contains("exit code unknown") == true)
    }
  }

  @Test(
    "A process that waited for the word, of whose end nobody knows, and whose run is as it was claimed, never began"
  )
  func neverBegan() {
    let claim = UUID()
    func report(
      _ exit: ProcessExit, _ type: Prefect.StateType, claim held: UUID?, _ reason: EndingReason? = nil
    ) -> Prefect.StateType? {
      var run = Example.run()
      run.state = Prefect.State(type, name: nil)
      run.state?.details.transitionID = claim
      return ReportRule.report(ProcessEnding(exit), of: run, reason: reason, claim: held)?.state.type
    }
    #expect(report(.unknown(.adopted), .pending, claim: claim) == .scheduled)
    #expect(report(.unknown(.adopted), .pending, claim: UUID()) == .crashed)
    #expect(report(.unknown(.adopted), .pending, claim: nil) == .crashed)
    #expect(report(.unknown(.adopted), .running, claim: claim) == .crashed)
    #expect(report(.signalled(9), .pending, claim: claim) == .crashed)
    // It is known what ended it.
    #expect(report(.unknown(.adopted), .pending, claim: claim, .timeLimit(.seconds(1))) == .crashed)
    #expect(report(.unknown(.adopted), .pending, claim: claim, .cancelled) == .cancelled)
  }

  @Test("A command that knows nothing of Prefect completes the run by ending with 0")
  func plainCommand() {
    #expect(report(.exited(0), .pending)?.state.type == .completed)
    #expect(report(.exited(1), .pending)?.state.type == .crashed)
  }

  @Test("A program that said it runs, and ended with 0 without saying more, has crashed")
  func halfReported() {
    let crash = report(.exited(0), .running)
    #expect(crash?.state.type == .crashed)
    #expect(crash?.state.message?.contains("did not say how the run went") == true)
  }

  @Test("A run that its process was to repeat, and whose process has ended, has crashed")
  func retry() {
    #expect(report(.exited(1), .scheduled, name: "AwaitingRetry", inProcess: true)?.state.type == .crashed)
  }

  @Test("Cancelled, past the rules, where somebody cancelled it, whatever the exit code says")
  func cancelled() {
    for exit in [ProcessExit.exited(0), .exited(143), .signalled(15), .signalled(9)] {
      let report = report(exit, .cancelling)
      #expect(report?.state.type == .cancelled)
      #expect(report?.isForced == true)
    }
    #expect(report(.signalled(15), .running, .cancelled)?.state.type == .cancelled)
    #expect(report(.signalled(15), .completed, .cancelled) == nil)
  }

  @Test("A limit is named in the crash")
  func limits() {
    #expect(
      report(.signalled(15), .running, .timeLimit(.seconds(90)))?.state.message
        == "The process ran longer than its limit of 2 min and was ended.")
    #expect(
      report(
        .signalled(9), .running, .memoryLimit(MemorySize(bytes: 1 << 20), used: MemorySize(bytes: 3 << 20)))?
        .state.message
        == "The process used 3 MiB of memory, more than its limit of 1 MiB, and was ended.")
  }

  @Test("A run that is to be done again is scheduled, even if its process called itself cancelled or crashed")
  func requeued() {
    for type in [Prefect.StateType.running, .pending, .cancelled, .crashed] {
      let report = report(.signalled(15), type, .drainRequeued)
      #expect(report?.state.type == .scheduled)
      // By the server's rules where it has ended: they forget the attempt that was.
      #expect(report?.isForced == !type.isTerminal)
      #expect(report?.reset == nil)
    }
    #expect(report(.exited(0), .completed, .drainRequeued) == nil)
    #expect(report(.exited(0), .failed, .drainRequeued) == nil)
    #expect(report(.signalled(15), .cancelling, .drainRequeued)?.state.type == .cancelled)
  }

  @Test("A run that has suspended itself, or is scheduled already, is not scheduled anew")
  func waitsAlready() {
    var run = Example.run()
    var details = Prefect.StateDetails()
    details.pauseReschedule = true
    run.state = Prefect.State(.paused, name: "Suspended", details: details)
    #expect(ReportRule.report(ProcessEnding(.exited(0)), of: run, reason: .drainRequeued) == nil)
    // One that only waits has lost its process.
    #expect(report(.signalled(15), .paused, .drainRequeued)?.state.type == .scheduled)
    #expect(report(.signalled(15), .scheduled, name: "Resuming", .drainRequeued) == nil)
  }

  @Test("A run that is to be done again, past the server's rules, forgets the attempt that was")
  func forgets() {
    var run = Example.run()
    func reset(_ type: Prefect.StateType) -> ReportRule.PolicyReset? {
      run.state = Prefect.State(type)
      return ReportRule.report(ProcessEnding(.signalled(15)), of: run, reason: .drainRequeued)?.reset
    }
    run.policy.pauseKeys = ["approval"]
    #expect(reset(.running) == .before)
    #expect(reset(.cancelled) == nil)
    // Nobody finds it before that is done.
    run.policy.retryType = "in_process"
    #expect(reset(.running) == .after)
    #expect(reset(.scheduled) == .after)
    // The rules schedule no run anew that has no deployment.
    run.deploymentID = nil
    #expect(reset(.cancelled) == .after)
  }

  @Test("A run that was claimed and is not started, for its worker stops, goes back to where it came from")
  func unstarted() {
    func report(_ reason: EndingReason, _ type: Prefect.StateType) -> ReportRule.Report? {
      ReportRule.report(.ended(reason), current: type)
    }
    let back = report(.drainRequeued, .pending)
    #expect(back?.state.type == .scheduled && back?.isForced == true && back?.reset == nil)
    #expect(report(.drainCancelled, .pending)?.state.type == .cancelled)
    for reason in [EndingReason.drainRequeued, .drainCancelled, .cancelled] {
      #expect(report(reason, .cancelling)?.state.type == .cancelled)
    }
    // Somebody has done something with it meanwhile.
    for type in [Prefect.StateType.scheduled, .running, .completed, .cancelled] {
      #expect(report(.drainRequeued, type) == nil)
    }
  }

  @Test(
    "A run that cannot be started has crashed; it is cancelled where somebody has, or its deployment is gone")
  func obstacles() {
    let crash = ReportRule.report(.problem("no such program"), current: .pending)
    #expect(crash?.state.type == .crashed && crash?.isForced == false)
    #expect(crash?.state.message == "Flow run could not be started: no such program")
    let gone = ReportRule.report(.deploymentGone, current: .pending)
    #expect(gone?.state.type == .cancelled && gone?.isForced == true)
    #expect(ReportRule.report(.deploymentGone, current: .scheduled)?.state.type == .cancelled)
    // Another worker was quicker, and executes it.
    #expect(ReportRule.report(.deploymentGone, current: .running) == nil)
    for obstacle in [ReportRule.Obstacle.problem("x"), .deploymentGone] {
      let cancelled = ReportRule.report(obstacle, current: .cancelling)
      #expect(cancelled?.state.type == .cancelled && cancelled?.isForced == true)
      #expect(ReportRule.report(obstacle, current: .cancelled) == nil)
    }
  }

  @Test("A run that is cancelled with its worker")
  func drainCancelled() {
    #expect(report(.signalled(15), .running, .drainCancelled)?.state.type == .cancelled)
    #expect(report(.signalled(15), .failed, .drainCancelled) == nil)
  }
}

@Suite("When a run's state asks for the end of its process") struct CancelRuleTests {
  @Test("Cancelling does at once; cancelled only where the process does not go by itself")
  func decide() {
    #expect(CancelRule.decide(.cancelling, wasOver: false) == .cancelled)
    #expect(CancelRule.decide(.cancelled, wasOver: false) == nil)
    #expect(CancelRule.decide(.cancelled, wasOver: true) == .over)
    #expect(CancelRule.decide(.running, wasOver: true) == nil)
  }
}
