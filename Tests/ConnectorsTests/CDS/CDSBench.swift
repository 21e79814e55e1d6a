import Connectors
import FlowKit
import FlowKitTesting
import Foundation
import HTTP
import Sandbox

/// A store on loopback, and runs that ask it: each with the state and the cache of those before.
struct CDSBench {
  let sandbox: Sandbox
  var test = TestRun()

  /// - Parameter start: the time by which both runs and store go; the store's own is the real one where it is left out.
  static func with<Result>(
    from start: Date? = nil, _ change: (inout SandboxOptions) -> Void = { _ in },
    _ work: (CDSBench) async throws -> Result
  ) async throws -> Result {
    var test = TestRun()
    if let start { test.clock = ManualClock(now: start) }
    var options = SandboxOptions()
    options.queueTime = .zero
    // The queue goes on as the clock of the run does, which waits for nobody.
    let (clock, began) = (test.clock, test.clock.now())
    options.elapsed = { .seconds(clock.now().timeIntervalSince(began)) }
    if start != nil { options.now = { clock.now() } }
    change(&options)
    var bench = CDSBench(sandbox: try await Sandbox.start(options), test: test)
    bench.test.services[HTTPService.self] = HTTPClient(clock: bench.test.clock)
    do {
      let result = try await work(bench)
      await bench.sandbox.stop()
      return result
    } catch {
      await bench.sandbox.stop()
      throw error
    }
  }

  func store(key: String? = nil) throws -> CDS {
    let values: JSONObject = ["url": .string(sandbox.cdsURL), "key": .string(key ?? sandbox.cdsKey)]
    let block = BlockValues(
      typeSlug: CDSCredentials.typeSlug, name: "cds", values: values, origin: "the test")
    return CDS(try CDSCredentials(block), http: test.flowRun().http)
  }

  /// Monthly means of two variables in January 2025, over a square of one degree.
  static func request(years: [String] = ["2025"], months: [String] = ["01"]) -> CDSRequest {
    CDSRequest(
      dataset: "reanalysis-era5-land-monthly-means",
      inputs: [
        "product_type": ["monthly_averaged_reanalysis"],
        "variable": ["2m_temperature", "total_precipitation"], "year": .array(years.map { .string($0) }),
        "month": .array(months.map { .string($0) }), "time": ["00:00"], "data_format": "netcdf",
        "download_format": "unarchived", "area": [9, -12, 8, -11],
      ])
  }

  /// One run that wants a file.
  func retrieve(
    _ request: CDSRequest = CDSBench.request(), content: CDSFile.Content = .final, key: String? = nil,
    budget: Duration = .seconds(24 * 3600), timeout: Duration? = nil
  ) async throws -> [CDSFile] {
    let run = test.flowRun()
    let store = try store(key: key)
    return try await run.task("download", options: TaskOptions(timeout: timeout)) { task in
      try await CDSRetrieval(store, run: run, log: task.log, budget: budget).files(for: request) { _, _ in
        content
      }
    }
  }

  /// How many requests of a method hit a path.
  func requests(_ method: String, _ path: String) async -> Int {
    await sandbox.requests().count { $0.method == method && $0.path.contains(path) }
  }
  /// How many jobs the store was asked for.
  var submissions: Int { get async { await requests("POST", "/execution") } }
  var downloads: Int { get async { await requests("GET", "/cds-assets/") } }
  var lines: [String] { test.reporter.lines.map(\.message) }
}
