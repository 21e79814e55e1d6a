import FlowKit
import SluiceCLI

/// Sluice's program over flows that do nothing, beside which `scripts/bench/worker` runs the same ones in Python.
@main struct WorkerBench {
  static func main() async { await SluiceProgram.main(flows: [Empty.self, ThousandTasks.self]) }
}

/// What starting a run costs.
struct Empty: Flow {
  static let name = "empty"
  static let summary = "Does nothing."

  func run(_ run: FlowRun) async throws -> Int { 0 }
}

/// What telling a server of tasks costs.
struct ThousandTasks: Flow {
  static let name = "thousand_tasks"
  static let summary = "Runs tasks that do nothing, and logs how long it took."
  @Parameter("How many tasks") var count = 1000

  func run(_ run: FlowRun) async throws -> Int {
    let start = ContinuousClock.now
    let numbers = try await run.map("nothing", 0..<count, width: 8) { number, _ in number }
    // The Python flow's line, from which the benchmark reads the figure.
    run.log.info("inside \((ContinuousClock.now - start).seconds) s")
    return numbers.count
  }
}
