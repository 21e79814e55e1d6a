import Connectors
import Essentials
import Glibc
import HTTP

// What importing into DHIS2, and reading its org units, takes in time and memory.
//
//     dhis2-bench units URL
//     dhis2-bench import URL UNITS PERIODS
//     dhis2-bench values UNITS PERIODS       makes the values that are imported, and nothing else

let arguments = CommandLine.arguments
let numbers = arguments.compactMap { Int($0) }
guard arguments.count >= 3, arguments[1] == "units" || numbers.count == 2 else {
  print("usage: dhis2-bench units URL | import URL UNITS PERIODS | values UNITS PERIODS")
  exit(2)
}
let clock = ContinuousClock()
var start = clock.now

/// Says how long something took since the last such line.
@MainActor func lap(_ what: String) {
  let now = clock.now
  print("\(what) \((now - start).seconds * 1000) ms")
  start = now
}

/// Counts elements, away from the main thread: a hop for each would be measured, too.
@concurrent func count<Elements: AsyncSequence & Sendable>(_ elements: Elements) async throws -> Int {
  var count = 0
  for try await _ in elements { count += 1 }
  return count
}

let server = DHIS2(
  DHIS2Credentials(baseURL: arguments[2], login: .token(Secret("d2pat_bench"))),
  http: HTTPClient(configuration: HTTPConfiguration(proxy: .none)))
switch arguments[1] {
case "units":
  let count = try await count(server.orgUnits(OrgUnitQuery()))
  print("\(count) org units")
  lap("reading")
case "values":
  let count = try await count(MadeUpValues(units: numbers[0], periods: numbers[1]))
  print("\(count) values")
  lap("making the values")
default:
  let options = ImportOptions(dataSet: "BfMAe6Itzgt")
  let preflight = try await server.preflight(dataSet: options.dataSet)
  lap("reading what decides about the import")
  let values = MadeUpValues(units: numbers[0], periods: numbers[1])
  let receipt = try await server.importValues(values, options: options, preflight: preflight)
  print("\(receipt.inWords), \(receipt.requests) requests")
  lap("making, checking, comparing and sending the values")
}
