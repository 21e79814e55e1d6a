import FlowKitTesting
import Foundation
import JSON
import PrefectAPI
import PrefectTesting
import Synchronization
import Testing

@testable import FlowKit
@testable import Runner

@Suite("Pauses of a run") struct PauseTests {
  private struct Asking: Flow {
    static let name = "asking"
    static let summary = "Waits for somebody."
    func run(_ run: FlowRun) async throws -> Int {
      _ = try await run.pause(Pause("later"))
      return 0
    }
  }

  /// A bench whose server takes the key `later` no more, and whose person resumes what it takes.
  private func bench() throws -> (RunBench, keys: @Sendable () -> [String]) {
    let keys = Mutex<[String]>([])
    let hook = Hook()
    let bench = try RunBench([Asking.self], flow: "asking") { request in
      guard RunBench.proposal(request) == "PAUSED" else {
        // The first look at the paused run.
        if request.method == "GET", keys.withLock({ $0.last }) == "later-again-2" { hook() }
        return nil
      }
      let key = request.json["state"]?["state_details"]?["pause_key"]?.string ?? ""
      keys.withLock { $0.append(key) }
      guard key == "later" else { return nil }
      return .json(
        200,
        [
          "status": "REJECT", "state": ["type": "RUNNING", "name": "Running"],
          "details": ["type": "reject_details", "reason": "This pause has already fired."],
        ])
    }
    hook.set { bench.become("RUNNING", "Running") }
    return (bench, { keys.withLock { $0 } })
  }

  @Test("A pause that nobody has ended happens again where another process takes the run up")
  func again() async throws {
    let (bench, keys) = try bench()
    bench.pause("later")
    #expect(await bench.isTold())
    #expect(keys() == ["later", "later-again-2"])
    #expect(bench.proposals == ["RUNNING", "PAUSED", "PAUSED", "COMPLETED"])
  }

  @Test("A pause that somebody has ended does not happen again")
  func resumed() async throws {
    let (bench, keys) = try bench()
    bench.pause("later")
    bench.become("RUNNING", "Running")
    #expect(await bench.isTold())
    #expect(keys() == [])
    #expect(bench.proposals == ["RUNNING", "COMPLETED"])
  }

  @Test("Who has let a paused run go on is seen by its states")
  func keys() {
    func paused(_ key: String) -> Prefect.State {
      var state = Prefect.State(.paused)
      state.details.pauseKey = key
      return state
    }
    var own = Prefect.State(.running)
    own.details.transitionID = UUID()
    let resuming = Prefect.State(.scheduled, name: "Resuming")
    func key(_ states: [Prefect.State]) -> String? { PrefectPauses.resumedKey(of: Pause("a"), states) }
    #expect(key([Prefect.State(.running), paused("a"), Prefect.State(.running)]) == "a")
    #expect(key([paused("a"), resuming, own]) == "a")
    #expect(key([paused("a"), own]) == nil)
    #expect(key([paused("a"), Prefect.State(.scheduled), own]) == nil)
    #expect(key([paused("b"), Prefect.State(.running)]) == nil)
    #expect(key([paused("a-again-x"), Prefect.State(.running)]) == nil)
    #expect(key([paused("a"), own, paused("a-again-2"), Prefect.State(.running)]) == "a-again-2")
    #expect(key([]) == nil)
  }
}
