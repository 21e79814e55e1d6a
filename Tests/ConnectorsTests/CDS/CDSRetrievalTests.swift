import Connectors
import FlowKit
import FlowKitTesting
import Foundation
import Sandbox
import Testing

@Suite("A file of the Climate Data Store is asked for once") struct CDSRetrievalTests {
  @Test("The next run uses the file of the one before")
  func cached() async throws {
    try await CDSBench.with { bench in
      let first = try await bench.retrieve()[0]
      let second = try await bench.retrieve()[0]
      #expect(!first.wasKept && second.wasKept)
      #expect(first.path == second.path && first.sha256 == second.sha256 && first.job == second.job)
      #expect(await bench.submissions == 1)
      #expect(await bench.downloads == 1)
    }
  }

  @Test("The order of years and variables makes no other request; another area does")
  func identity() async throws {
    try await CDSBench.with { bench in
      _ = try await bench.retrieve(CDSBench.request(years: ["2024", "2025"]))
      _ = try await bench.retrieve(CDSBench.request(years: ["2025", "2024"]))
      #expect(await bench.submissions == 1)
      var inputs = CDSBench.request(years: ["2024", "2025"]).inputs
      inputs["area"] = [9.1, -12, 8, -11]
      _ = try await bench.retrieve(CDSRequest(dataset: CDSBench.request().dataset, inputs: inputs))
      #expect(await bench.submissions == 2)
    }
  }

  @Test("A kept file that is not what was downloaded is fetched again, from the same job")
  func damaged() async throws {
    try await CDSBench.with { bench in
      let file = try await bench.retrieve()[0]
      let size = try #require(FileManager.default.contents(atPath: file.path)?.count)
      try Data(repeating: 0, count: size).write(to: URL(filePath: file.path))
      let again = try await bench.retrieve()[0]
      #expect(!again.wasKept && again.sha256 == file.sha256)
      #expect(await bench.submissions == 1)
      #expect(bench.lines.contains { $0.contains("is not what was downloaded") })
    }
  }

  @Test("A run that ended while its job was queued leaves it to the next one")
  func goneOnWith() async throws {
    try await CDSBench.with({ $0.queueTime = .milliseconds(300) }) { bench in
      let error = await #expect(throws: CDSFailure.self) { try await bench.retrieve(budget: .zero) }
      #expect(error?.kind == .transient)
      #expect(error?.message.contains("is still accepted after") == true)
      _ = try await bench.retrieve()
      #expect(await bench.submissions == 1)
      #expect(bench.lines.contains { $0.contains("of an earlier run is gone on with") })
    }
  }

  @Test("Where the kept state is lost, the store's list of jobs tells")
  func adopted() async throws {
    try await CDSBench.with { bench in
      let file = try await bench.retrieve()[0]
      var other = bench
      other.test.state = MemoryState()
      other.test.cacheFolder += "-other"
      let again = try await other.retrieve()[0]
      #expect(again.job == file.job)
      #expect(await bench.submissions == 1)
    }
  }

  @Test("A job of another request or of another user is not adopted")
  func notAdopted() async throws {
    try await CDSBench.with { bench in
      _ = try await bench.retrieve(CDSBench.request(months: ["02"]))
      var other = bench
      other.test.state = MemoryState()
      _ = try await other.retrieve()
      #expect(await bench.submissions == 2)
      other.test.state = MemoryState()
      other.test.cacheFolder += "-other"
      _ = try await other.retrieve(key: bench.sandbox.cdsOtherKey)
      #expect(await bench.submissions == 3)
    }
  }

  @Test(
    "Where the store's answer was lost, its list of jobs tells whether it took the request",
    arguments: [SandboxFault.Way.lostAnswer, .gatewayTimeoutAfterwards, .status(502)])
  func ambiguous(way: SandboxFault.Way) async throws {
    let fault = SandboxFault(path: "/execution", method: "POST", way: way)
    try await CDSBench.with({ $0.faults = SandboxFaults([fault]) }) { bench in
      let file = try await bench.retrieve()[0]
      #expect(file.byteCount > 0)
      #expect(await bench.submissions == (way == .status(502) ? 2 : 1))
    }
  }

  @Test("A store without a list of jobs takes the request all the same")
  func noList() async throws {
    // Each answer of the list is a page of a proxy that knows no such address.
    let fault = SandboxFault(path: "/retrieve/v1/jobs", method: "GET", way: .status(404))
    try await CDSBench.with({ $0.faults = SandboxFaults([fault]) }) { bench in
      let file = try await bench.retrieve()[0]
      #expect(file.byteCount > 0)
      #expect(await bench.submissions == 1)
      #expect(bench.lines.contains { $0.contains("Whether a job asks for the same already is not known") })
    }
  }

  @Test("The job of the user who had the key before is left to that user")
  func anotherUsersJob() async throws {
    try await CDSBench.with({ $0.queueTime = .milliseconds(300) }) { bench in
      _ = try? await bench.retrieve(budget: .zero)
      _ = try await bench.retrieve(key: bench.sandbox.cdsOtherKey)
      #expect(await bench.submissions == 2)
      #expect(bench.lines.contains { $0.contains("of an earlier run is gone") })
    }
  }

  @Test("Where nothing of a request is published yet there is no file, and the log says so")
  func notPublished() async throws {
    let now = try #require(ISO8601DateFormatter().date(from: "2025-01-20T12:00:00Z"))
    try await CDSBench.with({ $0.now = { now } }) { bench in
      let files = try await bench.retrieve()
      #expect(files.isEmpty)
      #expect(bench.lines.contains { $0.contains("nothing of it is published yet") })
    }
  }

  @Test("A file that is used stays, however old it is, and with it the record beside it")
  func inUse() async throws {
    try await CDSBench.with { bench in
      let file = try await bench.retrieve()[0]
      let record = file.path.replacing(".download", with: ".json")
      for path in [file.path, record] {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -100 * 86_400)], ofItemAtPath: path)
      }
      #expect(try await bench.retrieve()[0].wasKept)
      // Another download tidies up.
      _ = try await bench.retrieve(CDSBench.request(months: ["02"]))
      #expect(try await bench.retrieve()[0].wasKept)
    }
  }

  @Test("A file that cannot be used is not asked of the same job again")
  func unusable() async throws {
    struct Unusable: Error {}
    try await CDSBench.with { bench in
      let run = bench.test.flowRun()
      let retrieval = CDSRetrieval(try bench.store(), run: run, log: run.log)
      await #expect(throws: Unusable.self) {
        try await retrieval.files(for: CDSBench.request()) { _, _ in throw Unusable() }
      }
      let file = try await bench.retrieve()[0]
      #expect(!file.wasKept)
      #expect(await bench.submissions == 2)
    }
  }

  @Test("A store that asks to wait while a job is polled is waited for as long as it says")
  func waitsAsAsked() async throws {
    // The client by itself gives up at such a wait; the job goes on meanwhile.
    let fault = SandboxFault(
      path: "/retrieve/v1/jobs/", method: "GET", way: .tooManyRequests(retryAfter: 3_000), times: 1)
    try await CDSBench.with({ options in
      options.queueTime = .seconds(1)
      options.faults = SandboxFaults([fault])
    }) { bench in
      let start = bench.test.clock.now()
      _ = try await bench.retrieve()
      #expect(bench.test.clock.now().timeIntervalSince(start) >= 3_000)
      #expect(await bench.submissions == 1)
    }
  }

  @Test("What is provisional serves until the work with it is done, and is asked for anew then")
  func provisional() async throws {
    try await CDSBench.with { bench in
      _ = try await bench.retrieve(content: .provisional)
      let kept = try await bench.retrieve(content: .provisional)
      #expect(kept[0].wasKept)
      #expect(await bench.submissions == 1)
      let run = bench.test.flowRun()
      try await CDSRetrieval(try bench.store(), run: run, log: run.log).release(kept)
      let anew = try await bench.retrieve(content: .final)
      #expect(anew[0].job != kept[0].job)
      #expect(await bench.submissions == 2)
      // Final ones stay.
      try await CDSRetrieval(try bench.store(), run: run, log: run.log).release(anew)
      #expect(try await bench.retrieve()[0].wasKept)
    }
  }

  @Test("What is provisional does not serve for longer than a day")
  func provisionalForADay() async throws {
    let spring = try #require(ISO8601DateFormatter().date(from: "2026-03-20T12:00:00Z"))
    try await CDSBench.with(from: spring) { bench in
      let first = try await bench.retrieve(content: .provisional)[0]
      bench.test.clock.advance(by: .seconds(25 * 3600))
      let second = try await bench.retrieve(content: .provisional)[0]
      // The old job would give the old file.
      #expect(!second.wasKept && second.job != first.job)
      #expect(await bench.submissions == 2)
      #expect(bench.lines.contains { $0.contains("of an earlier run is too old") })
    }
  }

  @Test("A job that waited in the queue for days gives what the store had when it began")
  func longQueue() async throws {
    let spring = try #require(ISO8601DateFormatter().date(from: "2026-03-20T12:00:00Z"))
    try await CDSBench.with(from: spring, { $0.queueTime = .seconds(30 * 3600) }) { bench in
      _ = try? await bench.retrieve(budget: .zero)
      bench.test.clock.advance(by: .seconds(31 * 3600))
      _ = try await bench.retrieve()
      #expect(await bench.submissions == 1)
    }
  }

  @Test("A file that cannot be read is not kept")
  func unreadable() async throws {
    try await CDSBench.with { bench in
      let run = bench.test.flowRun()
      let store = try bench.store()
      await #expect(throws: Rejection.self) {
        try await CDSRetrieval(store, run: run, log: run.log).files(for: CDSBench.request()) { _, _ in
          throw Rejection("this is no climate file")
        }
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(run.cacheFolder)/cds")
      #expect(names.isEmpty)
    }
  }

  @Test("A result that has expired is asked for anew")
  func expired() async throws {
    let later = ManualClock(now: Date())
    try await CDSBench.with({ $0.now = { later.now() } }) { bench in
      let file = try await bench.retrieve()[0]
      try FileManager.default.removeItem(atPath: file.path)
      later.advance(by: .seconds(60 * 86_400))
      let again = try await bench.retrieve()[0]
      #expect(again.job != file.job)
      #expect(await bench.submissions == 2)
    }
  }
}
