import Essentials
import Foundation
import Glibc
import JSON
import PrefectTesting
import Testing

@testable import Worker

/// `sluice` as a process of its own, beside a made-up server.
private func start(
  _ arguments: [String], home: String, environment: [String: String] = [:]
) throws -> RunningProgram {
  try RunningProgram(RunningProgram.built("sluice"), arguments, home: home, environment: environment)
}

@Suite("The commands of workers", .timeLimit(.minutes(2))) struct WorkerProgramTests {
  private func worker(_ bench: LoopBench, _ more: String...) throws -> RunningProgram {
    try start(
      ["worker", "start", "--pool", "default", "--poll-interval", "200ms"] + more, home: bench.folder,
      environment: ["PREFECT_API_URL": bench.fake.url])
  }

  @Test(
    "A worker that is killed leaves its run's process alone; the next one takes it up and reports its end")
  func killedWorker() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let first = try worker(bench)
    let id = bench.fake.add(shell("\(endless); true"))
    await bench.fake.until { $0[id]?.pid != nil }
    let pid = try #require(bench.fake.now[id]?.pid.flatMap { Int32($0) })
    first.send(SIGKILL)
    _ = await first.ended()
    #expect(ProcessIdentity(of: pid)?.isAlive == true)

    let second = try worker(bench)
    _ = try await eventually { second.errors.contains("taken up: process \(pid)") ? true : nil }
    #expect(second.errors.contains("taken up: process \(pid)"))
    kill(pid, SIGKILL)
    #expect(await bench.fake.run(id, has: "CRASHED")?.message.contains("exit code unknown") == true)
    second.send(SIGTERM)
    #expect(await second.ended() == 0)
  }

  @Test("SIGTERM drains within the ten seconds of docker stop, and the run waits for the next worker")
  func drains() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    let program = try worker(bench)
    let id = bench.fake.add(shell("trap \"\" TERM; \(try Gate(in: bench.folder).wait)"))
    await bench.fake.until { $0[id]?.pid != nil }
    let begin = ContinuousClock.now
    program.send(SIGTERM)
    #expect(await program.ended() == 0)
    #expect(ContinuousClock.now - begin < .seconds(10))
    #expect(bench.fake.now[id]?.type == "SCHEDULED")
  }

  @Test("Without the address of a server it says where it has looked")
  func noAddress() async throws {
    let folder = try Example.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = try start(["worker", "start", "--pool", "default"], home: folder)
    #expect(await program.ended() == 3)
    #expect(program.errors.hasPrefix("error: PREFECT_API_URL is not set: looked in"))
  }

  @Test(
    "Wrong usage is refused",
    arguments: [
      ["worker", "start"], ["worker", "start", "--pool", "p", "--type", "docker"],
      ["worker", "start", "--pool", "p", "--limit", "0"],
      ["worker", "start", "--pool", "p", "--on-stop", "panic"],
      ["serve"], ["serve", "json_filter", "--cron", "0 9 * * *", "--interval", "60"],
      ["serve", "json_filter", "--timezone", "Europe/Oslo"],
    ])
  func usage(arguments: [String]) async throws {
    let folder = try Example.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(try await start(arguments, home: folder).ended() == 2)
  }

  @Test("A parameter that no served flow has is refused")
  func unknownParameter() async throws {
    let folder = try Example.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = try start(["serve", "json_filter", "-p", "nope=1"], home: folder)
    #expect(await program.ended() == 3)
    #expect(program.errors.hasPrefix("error: no flow that is served has a parameter nope"))
  }

  @Test("The health check of an image ends with 1 where nobody listens, and with 0 where all is well")
  func health() async throws {
    let bench = try await LoopBench()
    defer { bench.close() }
    // Below those that the system gives to servers of other tests (ip_local_port_range).
    let port = Int.random(in: 20_000..<32_000)
    let environment = [
      "PREFECT_API_URL": bench.fake.url, "PREFECT_RUNNER_SERVER_PORT": "\(port)",
      "PREFECT_RUNNER_SERVER_ENABLE": "true",
    ]
    #expect(try await start(["health"], home: bench.folder, environment: environment).ended() == 1)
    let server = try start(
      ["serve", "json_filter", "--poll-interval", "200ms"], home: bench.folder, environment: environment)
    await bench.fake.until { $0.polls > 1 }
    #expect(try await start(["health"], home: bench.folder, environment: environment).ended() == 0)
    server.send(SIGTERM)
    #expect(await server.ended() == 0)
    #expect(bench.fake.now.deployment["paused"] == true)
  }
}
