public import Essentials
public import Foundation

/// The world of a run, as its runner gives it.
public struct RunContext: Sendable {
  public var clock: any WallClock
  /// A folder for this run alone; it is removed when the run has ended.
  public var scratchFolder: String
  /// A folder that runs share; what lies there can be made again.
  public var cacheFolder: String
  public var services: Services
  public var blocks: BlockStore
  public var state: any StateStore
  public var reporter: any RunReporter
  /// Gives a number in 0..<1.
  public var random: @Sendable () -> Double
  public var makeID: @Sendable () -> UUID

  public init(
    clock: any WallClock, scratchFolder: String, cacheFolder: String, services: Services, blocks: BlockStore,
    state: any StateStore, reporter: any RunReporter,
    random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
    makeID: @escaping @Sendable () -> UUID = { UUID() }
  ) {
    self.clock = clock
    self.scratchFolder = scratchFolder
    self.cacheFolder = cacheFolder
    self.services = services
    self.blocks = blocks
    self.state = state
    self.reporter = reporter
    self.random = random
    self.makeID = makeID
  }
}
