import Connectors
import Essentials
import Glibc
import HTTP

// What importing into DHIS2, and reading its org units, takes in time and memory.
//
//     dhis2-bench units URL
//     dhis2-bench import URL UNITS PERIODS

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  print("usage: dhis2-bench units URL | import URL UNITS PERIODS")
  exit(2)
}
let server = DHIS2(
  DHIS2Credentials(baseURL: arguments[2], login: .token(Secret("d2pat_bench"))),
  http: HTTPClient(configuration: HTTPConfiguration(proxy: .none)))
let clock = ContinuousClock()
let start = clock.now
let what: String
switch arguments[1] {
case "units":
  var count = 0
  for try await _ in server.orgUnits(OrgUnitQuery()) { count += 1 }
  what = "\(count) org units"
default:
  let units = Int(arguments[3]) ?? 0
  let periods = Int(arguments[4]) ?? 0
  let values = MadeUpValues(units: units, periods: periods)
  let receipt = try await server.importValues(values, options: ImportOptions(dataSet: "BfMAe6Itzgt"))
  what = "\(receipt.inWords), \(receipt.requests) requests"
}
let duration = clock.now - start
var usage = rusage()
getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
let processor = Duration.seconds(seconds(usage.ru_utime) + seconds(usage.ru_stime))
print("\(what): \(duration.inWords), \(processor.inWords) of processor time, peak \(usage.ru_maxrss) kB")
