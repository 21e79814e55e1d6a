import Essentials
import FlowKit
import Foundation
import JSON
import SluiceCLI

/// Flows that the live tests of the runner execute in a process of their own.
@main struct TestFlows {
  static func main() async {
    await SluiceProgram.main(flows: [
      ShowEverything.self, Sleeper.self, Flaky.self, ManyTasks.self, Failing.self, Keeper.self, Inner.self,
      Asking.self, Overloading.self, Loaded.self,
    ])
  }
}

/// Does a little of everything that is reported.
struct ShowEverything: Flow {
  static let name = "show_everything"
  static let summary = "Logs, prints, runs tasks and a sub-flow, leaves artifacts."
  @Parameter("Items") var items = ["a", "b", "c"]

  func run(_ run: FlowRun) async throws -> [Int] {
    run.log.info("begins")
    run.log.debug("a detail")
    print("printed by the flow")
    let lengths = try await run.map("measure", items, width: 2, options: TaskOptions(tags: ["short"])) {
      item, task in
      task.log.info("measures \(item)")
      return item.count
    }
    run.progress("work", 0.25)
    run.progress("work", 1)
    try run.artifact("lengths", .table(zip(items, lengths).map { ["item": .string($0), "n": .integer($1)] }))
    try run.artifact("page", .markdown("# Done"), description: "A page")
    let inner = try await run.subflow(Inner.self, ["n": 3])
    return lengths + [inner]
  }
}

struct Inner: Flow {
  static let name = "inner"
  static let summary = "A sub-flow."
  @Parameter("A number") var n = 1

  func run(_ run: FlowRun) async throws -> Int {
    run.log.info("inner begins")
    return try await run.task("double") { _ in n * 2 }
  }
}

/// Runs a sub-flow that the server refuses for the size of its parameters.
struct Overloading: Flow {
  static let name = "overloading"
  static let summary = "Gives a sub-flow more than the server takes, and goes on after it."

  func run(_ run: FlowRun) async throws -> Int {
    let inner = try await run.subflow(Loaded.self, ["text": .string(String(repeating: "x", count: 600_000))])
    // Longer than it takes to notice that somebody has ended the run.
    try await run.clock.sleep(for: .seconds(6))
    return inner
  }
}

struct Loaded: Flow {
  static let name = "loaded"
  static let summary = "A sub-flow with a long text."
  @Parameter("A text") var text = ""

  func run(_ run: FlowRun) async throws -> Int {
    run.log.info("loaded begins")
    return text.count
  }
}

/// Waits in a task.
struct Sleeper: Flow {
  static let name = "sleeper"
  static let summary = "Waits in a task, and logs every second."
  @Parameter("Seconds") var seconds = 60

  func run(_ run: FlowRun) async throws -> Int {
    try await run.task("wait") { task in
      for second in 0..<seconds {
        task.log.info("second \(second)")
        try await run.clock.sleep(for: .seconds(1))
      }
    }
    return seconds
  }
}

/// Fails until it has been tried often enough.
struct Flaky: Flow {
  static let name = "flaky"
  static let summary = "Fails the first times."
  static let retries = 2
  static let retryDelay = Duration.seconds(1)
  @Parameter("How often it fails") var failures = 1
  @Parameter("A file that counts") var counter = ""

  func run(_ run: FlowRun) async throws -> Int {
    let before = (try? String(contentsOfFile: counter, encoding: .utf8)).flatMap { Int($0) } ?? 0
    try String(before + 1).write(toFile: counter, atomically: true, encoding: .utf8)
    return try await run.task("try") { _ in
      guard before >= failures else { throw PassingTrouble() }
      return before
    }
  }
}

struct PassingTrouble: Failure {
  var kind: FailureKind { .transient }
  var message: String { "the line is busy" }
}

/// Runs many tasks that do nothing.
struct ManyTasks: Flow {
  static let name = "many_tasks"
  static let summary = "Runs many tasks."
  @Parameter("How many") var count = 1000

  func run(_ run: FlowRun) async throws -> Double {
    let start = ContinuousClock.now
    _ = try await run.map("nothing", 0..<count, width: 8) { number, _ in number }
    return Double(count) / (ContinuousClock.now - start).seconds
  }
}

/// Fails in a way that is asked for.
struct Failing: Flow {
  static let name = "failing"
  static let summary = "Fails."
  static let retries = 3
  @Parameter("How") var how = "fault"

  func run(_ run: FlowRun) async throws -> Int {
    switch how {
    case "configuration": throw Misconfiguration("no such thing", remedy: "Make it.")
    case "rejected": throw Rejection("they do not want it")
    case "crash": kill(getpid(), SIGKILL)
    case "exit": exit(7)
    default: throw Fault("a bug")
    }
    return 0
  }
}

/// Keeps state and loads a block.
struct Keeper: Flow {
  static let name = "keeper"
  static let summary = "Moves a watermark, reads a variable and a block."
  @Parameter("A secret") var secret: BlockReference<Token>? = nil

  func run(_ run: FlowRun) async throws -> String {
    let before = try await run.watermark("last")?.integer ?? 0
    try await run.setWatermark("last", to: .integer(before + 1))
    let variable = try await run.variable("greeting")?.string ?? "none"
    let token = try await run.load(secret)
    run.log.info("the token is \(token?.value.reveal() ?? "none")")
    return "\(before + 1) \(variable) \(FileManager.default.currentDirectoryPath)"
  }
}

struct Token: Block {
  static let typeSlug = "secret"
  let value: Secret<String>
  init(_ values: BlockValues) throws { value = Secret(try values.string("value")) }
}

/// Asks a person.
struct Asking: Flow {
  static let name = "asking"
  static let summary = "Waits for somebody's answer."
  @Parameter("Whether the process is given up") var suspends = false

  func run(_ run: FlowRun) async throws -> String {
    let schema: JSONSchema = [
      "type": "object", "properties": ["mm": ["type": "integer", "title": "mm"]], "required": ["mm"],
    ]
    let answer = try await run.pause(Pause("how-much", input: schema, suspends: suspends))
    return "\(answer?["mm"]?.integer ?? -1) mm"
  }
}
