import Connectors
import FlowKit
import FlowKitTesting
import Sandbox
import Testing

@Suite("Waiting for the Climate Data Store") struct CDSWaitTests {
  @Test("The time in the queue counts towards no timeout, and is told")
  func uncounted() async throws {
    try await CDSBench.with({ $0.queueTime = .seconds(3600) }) { bench in
      _ = try await bench.retrieve(timeout: .seconds(60))
      let waited = bench.test.clock.waits.reduce(Duration.zero, +)
      #expect(waited > .seconds(600))
      #expect(bench.lines.contains { $0.contains(": accepted for ") })
      #expect(bench.lines.contains { $0.contains(": running") })
    }
  }

  @Test("Questions come at 1 s, and half as often each time, up to 2 min")
  func intervals() async throws {
    try await CDSBench.with({ $0.queueTime = .seconds(3600) }) { bench in
      _ = try? await bench.retrieve(budget: .seconds(1200))
      let waits = bench.test.clock.waits
      #expect(
        Array(waits.prefix(4)) == [
          .seconds(1), .milliseconds(1500), .milliseconds(2250), .milliseconds(3375),
        ])
      #expect(waits.max() == .seconds(120))
    }
  }

  @Test("A wait longer than its budget says that the job goes on")
  func budget() async throws {
    try await CDSBench.with({ $0.queueTime = .seconds(3600) }) { bench in
      let error = await #expect(throws: CDSFailure.self) { try await bench.retrieve(budget: .seconds(600)) }
      #expect(error?.kind == .transient)
      #expect(error?.remedy?.contains("goes on with the job") == true)
    }
  }

  @Test("A store that cannot be asked for an hour ends no wait")
  func unreachable() async throws {
    try await CDSBench.with({ $0.queueTime = .milliseconds(100) }) { bench in
      bench.sandbox.add(
        SandboxFaults([SandboxFault(path: "/retrieve/v1/jobs/", method: "GET", way: .status(503), times: 40)])
      )
      _ = try await bench.retrieve()
      #expect(await bench.submissions == 1)
    }
  }

  @Test("Too many requests at a time: the store's own time is waited, and the request is taken once")
  func rateLimit() async throws {
    let fault = SandboxFault(path: "/execution", method: "POST", way: .tooManyRequests(retryAfter: 30))
    try await CDSBench.with({ $0.faults = SandboxFaults([fault]) }) { bench in
      _ = try await bench.retrieve()
      #expect(bench.test.clock.waits.contains(.seconds(30)))
    }
  }

  @Test("A full queue is waited for, and the request handed in again")
  func queueFull() async throws {
    try await CDSBench.with { bench in
      var inputs = CDSBench.request().inputs
      inputs["_scenario"] = "reject"
      let request = CDSRequest(dataset: CDSBench.request().dataset, inputs: inputs)
      let error = await #expect(throws: CDSFailure.self) {
        try await bench.retrieve(request, budget: .seconds(700))
      }
      #expect(error?.kind == .transient)
      #expect(await bench.submissions == 3)
      #expect(bench.test.clock.waits.filter { $0 == .seconds(300) }.count == 2)
    }
  }

  @Test("A download of another length than announced is fetched again, and in the end refused")
  func wrongLength() async throws {
    for times in [2, 3] {
      let fault = SandboxFault(path: "/cds-assets/", method: "GET", way: .wrongLength, times: times)
      try await CDSBench.with({ $0.faults = SandboxFaults([fault]) }) { bench in
        if times == 2 {
          let files = try await bench.retrieve()
          #expect(files.count == 1)
        } else {
          let error = await #expect(throws: CDSFailure.self) { try await bench.retrieve() }
          #expect(error?.message.contains("bytes came where the store announced") == true)
        }
      }
    }
  }
}

@Suite("Requests that are too large for the Climate Data Store") struct CDSSizeTests {
  @Test("The costing parts a request by years, then months, then variables")
  func planned() async throws {
    try await CDSBench.with({ $0.costLimit = 5 }) { bench in
      let run = bench.test.flowRun()
      let retrieval = CDSRetrieval(try bench.store(), run: run, log: run.log)
      // 2 variables x 2 years x 3 months = 12 fields; a year is 6, two months of it 4.
      let parts = try await retrieval.plan(
        CDSBench.request(years: ["2024", "2025"], months: ["01", "02", "03"]))
      #expect(
        parts.map { "\($0.inputs["year"]?.text() ?? "") \($0.inputs["month"]?.text() ?? "")" } == [
          "[\"2024\"] [\"01\",\"02\"]", "[\"2024\"] [\"03\"]", "[\"2025\"] [\"01\",\"02\"]",
          "[\"2025\"] [\"03\"]",
        ])
      #expect(parts.allSatisfy { $0.inputs["variable"]?.array?.count == 2 })
    }
  }

  @Test("A refusal for its size parts a request as well")
  func refused() async throws {
    try await CDSBench.with({ $0.costLimit = 4 }) { bench in
      let files = try await bench.retrieve(CDSBench.request(months: ["01", "02", "03"]))
      #expect(files.count == 2)
    }
  }

  @Test("What cannot be parted any more is refused with the reason")
  func unpartable() async throws {
    try await CDSBench.with({ $0.costLimit = 0 }) { bench in
      let error = await #expect(throws: CDSFailure.self) { try await bench.retrieve() }
      #expect(error?.kind == .rejected)
      #expect(error?.message.contains("the request is too large") == true)
    }
  }

  @Test("A store that does not tell prices is asked all the same")
  func noPrices() async throws {
    let fault = SandboxFault(path: "/costing", way: .status(503), times: 100)
    try await CDSBench.with({ $0.faults = SandboxFaults([fault]) }) { bench in
      let run = bench.test.flowRun()
      let parts = try await CDSRetrieval(try bench.store(), run: run, log: run.log).plan(CDSBench.request())
      #expect(parts == [CDSBench.request()])
      #expect(bench.lines.contains { $0.contains("the cost of the request is not known") })
    }
  }
}

@Suite("Refusals of the Climate Data Store") struct CDSRefusalTests {
  private func failure(_ scenario: String?, key: String? = nil) async throws -> CDSFailure? {
    try await CDSBench.with { bench in
      var inputs = CDSBench.request().inputs
      inputs["_scenario"] = scenario.map { .string($0) }
      let request = CDSRequest(dataset: CDSBench.request().dataset, inputs: inputs)
      let key = key == "without licence" ? bench.sandbox.cdsKeyWithoutLicence : key
      return await #expect(throws: CDSFailure.self) { try await bench.retrieve(request, key: key) }
    }
  }

  @Test("A licence that was not accepted: the remedy names its page")
  func licence() async throws {
    let error = try await failure(nil, key: "without licence")
    #expect(error?.kind == .configuration)
    #expect(
      error?.remedy?.contains(
        "https://cds.climate.copernicus.eu/datasets/reanalysis-era5-land-monthly-means?tab=download#manage-licences"
      ) == true)
  }

  @Test("A wrong key is refused once, and not shown")
  func key() async throws {
    let error = try await failure(nil, key: "11111111-2222-4333-8444-555555555555")
    #expect(error?.kind == .configuration)
    #expect(error?.message.contains("11111111") == false)
    #expect(error?.remedy?.contains("CDSAPI_KEY") == true)
  }

  @Test("A job that the store could not do says why")
  func failed() async throws {
    let error = try await failure("fail")
    #expect(error?.kind == .rejected)
    #expect(error?.message.contains("MARS returned no data") == true)
  }

  @Test("A request that is not valid says what the store said")
  func invalid() async throws {
    try await CDSBench.with { bench in
      var inputs = CDSBench.request().inputs
      inputs["variable"] = ["rain_of_tomorrow"]
      let request = CDSRequest(dataset: CDSBench.request().dataset, inputs: inputs)
      let error = await #expect(throws: CDSFailure.self) { try await bench.retrieve(request) }
      #expect(error?.kind == .rejected)
      #expect(error?.message.contains("the request is not valid") == true)
      #expect(error?.message.contains("rain_of_tomorrow") == true, "\(error?.message ?? "")")
    }
  }
}
