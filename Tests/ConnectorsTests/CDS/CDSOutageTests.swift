import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import HTTP
import Sandbox
import Testing

@Suite("The Climate Data Store is away for a while") struct CDSOutageTests {
  /// An outage that each call's own attempts do not outlast.
  private func outage(
    _ path: String, _ method: String = "GET", way: SandboxFault.Way = .status(503)
  ) -> SandboxFaults {
    var times = 40
    if case .tooManyRequests = way { times = 1 }
    return SandboxFaults([SandboxFault(path: path, method: method, way: way, times: times)])
  }

  @Test(
    "Whatever is asked when it goes away, the same job is gone on with",
    arguments: ["/results", "/retrieve/v1/jobs", "/cds-assets/"],
    [SandboxFault.Way.status(503), .cut, .tooManyRequests(retryAfter: 3_000)])
  func sitsOut(path: String, way: SandboxFault.Way) async throws {
    try await CDSBench.with({ $0.faults = outage(path, way: way) }) { bench in
      let file = try await bench.retrieve()[0]
      #expect(file.byteCount > 0)
      #expect(await bench.submissions == 1)
      #expect(bench.lines.contains { $0.contains("Next attempt in ") })
    }
  }

  @Test("A job of an earlier run is asked for until the store is back, and not handed in anew")
  func earlierRun() async throws {
    try await CDSBench.with({ $0.queueTime = .milliseconds(300) }) { bench in
      _ = try? await bench.retrieve(budget: .zero)
      bench.sandbox.add(outage("/retrieve/v1/jobs/"))
      _ = try await bench.retrieve()
      #expect(await bench.submissions == 1)
      #expect(bench.lines.contains { $0.contains("of an earlier run is gone on with") })
    }
  }

  @Test("A request whose answer was lost in an outage is looked for in the list of jobs when that is back")
  func handingIn() async throws {
    let lost = SandboxFault(path: "/execution", method: "POST", way: .lostAnswer)
    try await CDSBench.with({ $0.faults = SandboxFaults([lost]) }) { bench in
      // The first look at the list comes before the request.
      let first = SandboxFault(path: "/retrieve/v1/jobs", method: "GET", way: .slow(.zero))
      bench.sandbox.add(SandboxFaults([first]))
      bench.sandbox.add(outage("/retrieve/v1/jobs", way: .status(502)))
      _ = try await bench.retrieve()
      #expect(await bench.submissions == 1)
    }
    try await CDSBench.with({ $0.faults = outage("/execution", "POST") }) { bench in
      _ = try await bench.retrieve()
      #expect(bench.test.clock.waits.contains(.seconds(120)))
    }
  }

  @Test("An outage that outlasts the budget ends the wait with what the store answered")
  func budget() async throws {
    let fault = SandboxFault(path: "/results", method: "GET", way: .status(503), times: 10_000)
    try await CDSBench.with({ $0.faults = SandboxFaults([fault]) }) { bench in
      let error = await #expect(throws: CDSFailure.self) { try await bench.retrieve(budget: .seconds(3_600)) }
      #expect(error?.kind == .transient)
      #expect(error?.message.contains("the store answered 503") == true)
      #expect(bench.test.clock.waits.reduce(.zero, +) > .seconds(3_000))
    }
  }

  @Test("An address where nobody has answered yet is not asked all day")
  func wrongAddress() async throws {
    let test = TestRun()
    let http = HTTPClient(clock: test.clock)
    let block = BlockValues(
      typeSlug: CDSCredentials.typeSlug, name: "cds",
      values: ["url": "http://127.0.0.1:1/api", "key": "11111111-2222-4333-8444-555555555555"],
      origin: "the test")
    let run = test.flowRun()
    let retrieval = CDSRetrieval(CDS(try CDSCredentials(block), http: http), run: run, log: run.log)
    let error = await #expect(throws: HTTPFailure.self) {
      try await retrieval.files(for: CDSBench.request()) { _, _ in .final }
    }
    #expect(error?.reason == .connectionRefused)
    #expect(test.clock.waits.reduce(.zero, +) < .seconds(3_600))
  }
}
