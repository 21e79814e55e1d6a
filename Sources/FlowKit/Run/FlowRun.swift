public import Essentials
public import FoundationEssentials
import JSON
private import Synchronization

/// One run of a flow: everything that the flow may touch besides its parameters.
public struct FlowRun: Sendable {
  public let id: UUID
  /// The flow's name.
  public let flowName: String
  public let log: Log
  public let clock: any WallClock
  /// A folder for this run alone; it is removed when the run has ended.
  public let scratchFolder: String
  /// Values that connectors put in, such as `run.http`.
  public let services: Services
  private let blocks: BlockStore
  let reporter: any RunReporter
  private let counters = TaskCounters()

  package init(
    id: UUID = UUID(), flowName: String, clock: any WallClock, scratchFolder: String, services: Services,
    blocks: BlockStore, reporter: any RunReporter
  ) {
    self.id = id
    self.flowName = flowName
    self.clock = clock
    self.scratchFolder = scratchFolder
    self.services = services
    self.blocks = blocks
    self.reporter = reporter
    log = Log(label: flowName) { reporter.log($0, at: clock.now()) }
  }

  /// The block that a parameter names.
  public func load<Target: Block>(_ reference: BlockReference<Target>) async throws -> Target {
    try await blocks.load(reference)
  }

  /// The block that a parameter names, where it names one.
  public func load<Target: Block>(_ reference: BlockReference<Target>?) async throws -> Target? {
    guard let reference else { return nil }
    return try await blocks.load(reference)
  }

  /// Leaves something for people to read. The key is lower case with dashes; a later artifact of the same key is a
  /// newer version of it.
  public func artifact(_ key: String, _ artifact: Artifact, description: String? = nil) throws {
    guard key.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil else {
      throw Fault("artifact key \"\(key)\" of flow \(flowName) must be lower case, digits and dashes")
    }
    reporter.artifact(artifact, key: key, description: description)
  }

  func identity(ofTask name: String) -> TaskIdentity {
    TaskIdentity(name: name, index: counters.next(name))
  }
}

/// Numbers the tasks of one name within a run.
private final class TaskCounters: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  func next(_ name: String) -> Int {
    counts.withLock { counts in
      defer { counts[name, default: 0] += 1 }
      return counts[name, default: 0]
    }
  }
}
