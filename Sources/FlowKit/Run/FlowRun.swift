public import Essentials
public import Foundation
import JSON
private import Synchronization

/// One run of a flow: everything that the flow may touch besides its parameters.
public struct FlowRun: Sendable {
  public let id: UUID
  /// The flow's name.
  public let flowName: String
  public let log: Log
  let context: RunContext
  private let counters = TaskCounters()

  package init(id: UUID? = nil, flowName: String, label: String? = nil, context: RunContext) {
    self.id = id ?? context.makeID()
    self.flowName = flowName
    self.context = context
    log = Log(label: label ?? flowName) { context.reporter.log($0, at: context.clock.now()) }
  }

  public var clock: any WallClock { context.clock }
  /// A folder for this run alone; it is removed when the run has ended.
  public var scratchFolder: String { context.scratchFolder }
  /// A folder that runs share; what lies there can be made again.
  public var cacheFolder: String { context.cacheFolder }
  /// Values that connectors put in, such as `run.http`.
  public var services: Services { context.services }
  /// What runs keep for later runs, for connectors; flows use watermarks, variables and cached tasks.
  public var state: any StateStore { context.state }
  /// A number in 0..<1 by chance; a test gives the same ones each time.
  public func random() -> Double { context.random() }
  /// A new id; a test gives the same ones each time.
  public func makeID() -> UUID { context.makeID() }
  var reporter: any RunReporter { context.reporter }

  /// The block that a parameter names.
  public func load<Target: Block>(_ reference: BlockReference<Target>) async throws -> Target {
    try await context.blocks.load(reference, log: log)
  }

  /// The block that a parameter names, where it names one.
  public func load<Target: Block>(_ reference: BlockReference<Target>?) async throws -> Target? {
    guard let reference else { return nil }
    return try await context.blocks.load(reference, log: log)
  }

  /// Leaves something for people to read. The key is lower case with dashes; a later artifact of the same key is a
  /// newer version of it.
  public func artifact(_ key: String, _ artifact: Artifact, description: String? = nil) throws {
    guard key.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil else {
      throw Fault("artifact key \"\(key)\" of flow \(flowName) must be lower case, digits and dashes")
    }
    reporter.artifact(artifact, key: key, description: description)
  }

  /// Says how far some work has come, from 0 to 1. The name tells several at once apart.
  public func progress(_ name: String, _ fraction: Double) {
    reporter.progress(name, min(max(fraction, 0), 1))
  }

  func identity(ofTask name: String, tags: [String] = []) -> TaskIdentity {
    TaskIdentity(name: name, index: counters.next(name), tags: tags)
  }
}

/// Numbers the tasks of one name within a run.
private final class TaskCounters: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  func next(_ name: String) -> Int {
    counts.withLock { counts in
      let number = counts[name, default: 0]
      counts[name] = number + 1
      return number
    }
  }
}
