import Connectors
import Essentials
import FoundationEssentials
import Glibc
import HTTP

// What importing into DHIS2, and reading its org units, takes in time and memory.
//
//     dhis2-bench units URL
//     dhis2-bench import URL UNITS PERIODS
//     dhis2-bench import URL FILE PERIODS    for the org units whose ids are the file's lines
//     dhis2-bench values UNITS PERIODS       makes the values that are imported, and nothing else

let arguments = CommandLine.arguments
let numbers = arguments.compactMap { Int($0) }
// A login that is no token: DHIS2_USERNAME and DHIS2_PASSWORD.

guard arguments.count >= 3, arguments[1] == "units" || !numbers.isEmpty else {
  print("usage: dhis2-bench units URL | import URL UNITS|FILE PERIODS | values UNITS PERIODS")
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

let environment = ProcessInfo.processInfo.environment
let login: DHIS2Credentials.Login =
  if let username = environment["DHIS2_USERNAME"] {
    .basic(username: username, password: Secret(environment["DHIS2_PASSWORD"] ?? ""))
  } else {
    .token(Secret("d2pat_bench"))
  }
let server = DHIS2(
  DHIS2Credentials(baseURL: arguments[2], login: login),
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
  var values = MadeUpValues(units: numbers[0], periods: numbers[numbers.count - 1])
  if numbers.count == 1 {
    let ids = try String(contentsOfFile: arguments[3], encoding: .utf8).split(separator: "\n").map(
      String.init)
    values = MadeUpValues(units: ids.count, periods: numbers[0], ids: ids)
  }
  let receipt = try await server.importValues(values, options: options, preflight: preflight)
  print("\(receipt.inWords), \(receipt.requests) requests")
  lap("making, checking, comparing and sending the values")
}
