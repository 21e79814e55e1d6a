import FlowKit
import FlowKitTesting
import Foundation

/// How many tasks a second go through `map` when nobody listens: what the flow kit itself costs.
@main struct TaskBench {
  static func main() async throws {
    let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
    let folder = FileManager.default.temporaryDirectory.path
    let context = RunContext(
      clock: SystemClock(), scratchFolder: folder, cacheFolder: folder, services: Services(),
      blocks: BlockStore([]),
      state: MemoryState(), reporter: SilentReporter())
    var best = Duration.seconds(3600)
    for _ in 0..<5 {
      let run = FlowRun(flowName: "bench", context: context)
      let start = ContinuousClock.now
      let results = try await run.map("work", 0..<count, width: 64) { number, _ in number &* 2 }
      best = min(best, ContinuousClock.now - start)
      guard results.count == count, results.last == (count - 1) * 2 else { throw Fault("wrong results") }
    }
    print("\(count) tasks through map: \(Int(Double(count) / best.seconds)) a second (best of 5)")
  }
}

/// Hears nothing.
private struct SilentReporter: RunReporter {
  func log(_ line: Log.Line, at time: Date) {}
  func taskStarted(_ task: TaskIdentity) {}
  func taskFinished(_ task: TaskIdentity, _ outcome: TaskOutcome) {}
  func artifact(_ artifact: Artifact, key: String, description: String?) {}
  func progress(_ name: String, _ fraction: Double) {}
  func subflowStarted(_ id: UUID, flow: String, parent: UUID) {}
  func subflowFinished(_ id: UUID, _ error: (any Error)?) {}
}
