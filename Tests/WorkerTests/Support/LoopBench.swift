import Essentials
import Foundation
import Synchronization

@testable import Worker

/// A loop on a made-up server, with everything that it prints.
final class LoopBench: Sendable {
  let fake: FakePrefect
  let folder: String
  let figures = WorkerFigures()
  let output = Mutex("")
  let lines = Mutex<[String]>([])

  init() async throws {
    fake = try await FakePrefect.start()
    folder = try Example.folder()
  }

  func close() {
    fake.stop()
    try? FileManager.default.removeItem(atPath: folder)
  }

  var printed: String { output.withLock { $0 } }

  func world(own: [String] = ["/bin/false"], killGrace: Duration = .seconds(20)) throws -> RunWorld {
    let log = Log(label: "worker") { line in
      self.lines.withLock { $0.append("\(line.level.rawValue) \(line.message)") }
    }
    var world = RunWorld(
      client: fake.client, journal: try RunJournal(folder: "\(folder)/runs", name: "w1", log: log),
      figures: figures,
      clock: .system, log: log,
      output: { bytes in self.output.withLock { $0 += String(decoding: bytes, as: UTF8.self) } },
      worker: "w1",
      ownCommand: own, environment: ["PATH": "/usr/bin:/bin", "HOME": folder], settings: [:],
      killGrace: killGrace)
    world.tick = .milliseconds(20)
    world.backoff = Backoff(initial: .milliseconds(20), factor: 1)
    return world
  }

  /// A loop that asks every tenth of a second.
  func loop(
    limit: Int? = nil, own: [String] = ["/bin/false"], interval: Duration = .milliseconds(100),
    killGrace: Duration = .seconds(20),
    drain: DrainPolicy = DrainPolicy(.cancel, patience: .zero, killGrace: .seconds(5)),
    changing change: (inout RunWorld) -> Void = { _ in }
  ) throws -> FlowRunLoop {
    var world = try world(own: own, killGrace: killGrace)
    change(&world)
    let source = PoolSource(
      world.client, pool: "default", queues: [], worker: "w1", createsPool: true,
      heartbeatInterval: .seconds(30),
      log: world.log)
    var rhythm = PollRhythm(interval: interval)
    rhythm.backoff = Backoff(initial: .milliseconds(50), factor: 1)
    var options = FlowRunLoop.Options(limit: limit, rhythm: rhythm, drain: drain)
    options.cancelInterval = .milliseconds(50)
    return FlowRunLoop(source, world: world, options: options)
  }

  /// Lets a loop run while a test does something, and stops it then.
  func working(_ loop: FlowRunLoop, _ body: () async throws -> Void) async throws {
    let task = Task { try await loop.run() }
    do {
      try await body()
    } catch {
      await loop.stop()
      throw error
    }
    await loop.stop()
    try await task.value
  }
}
