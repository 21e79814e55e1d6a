import Essentials
import FlowKitTesting
import HTTP
import JSON
import Synchronization

@testable import Connectors

/// A DHIS2 that answers as a test tells it to, with a data set of six units: for what the sandbox never does.
final class ScriptedDHIS2: Sendable {
  typealias Answer = @Sendable (StoreRequest, Int) -> StoreReply?

  let store: LoopbackStore
  let server: DHIS2
  let clock = ManualClock()
  static let dataSet = "BfMAe6Itzgt"
  static let element = "fClA2Erf6IO"
  static let units = (1...6).map { "aaaaaaaaaa\($0)" }

  /// - Parameters:
  ///   - version: `2.42.6`.
  ///   - info: further members of the system information.
  ///   - answer: the answer to a request, and how many of the same method and path came before; nil for the usual one.
  init(
    _ version: String = "2.42.6", info: JSONObject = [:], token: Bool = false, answer: @escaping Answer
  ) throws {
    let counts = Mutex<[String: Int]>([:])
    var about: JSONObject = [
      "version": .string(version), "calendar": "iso8601", "serverDate": "2024-06-15T12:00:00.000",
    ]
    for (key, value) in info { about[key] = value }
    let document = JSONValue.object(about)
    store = try LoopbackStore { request in
      let number = counts.withLock { counts in
        defer { counts["\(request.method) \(request.path)", default: 0] += 1 }
        return counts["\(request.method) \(request.path)"] ?? 0
      }
      return answer(request, number) ?? Self.usual(request, document)
    }
    server = DHIS2(
      DHIS2Credentials(
        baseURL: "http://127.0.0.1:\(store.port)",
        login: token ? .token(Secret("d2pat_made_up")) : .basic(username: "etl", password: Secret("made-up"))),
      http: HTTPClient(configuration: HTTPConfiguration(proxy: .none), clock: clock), clock: clock)
  }

  static func json(_ text: String, status: Int = 200) -> StoreReply {
    StoreReply(status: status, headers: ["Content-Type": "application/json"], body: Array(text.utf8))
  }

  private static func usual(_ request: StoreRequest, _ info: JSONValue) -> StoreReply {
    switch request.path {
    case "/api/system/info": return json(info.text())
    case "/api/me":
      return json(
        #"{"id":"xE7jOejl9FI","username":"etl","authorities":["F_DATAVALUE_ADD"],"organisationUnits":[{"id":"ImspTQPwCqd","path":"/ImspTQPwCqd"}]}"#
      )
    case "/api/categoryCombos":
      return json(#"{"categoryCombos":[{"id":"bjDvmb4bfuf","categoryOptionCombos":[{"id":"HllvX50cXC0"}]}]}"#)
    case "/api/dataSets":
      return json(
        #"{"dataSets":[{"id":"BfMAe6Itzgt","periodType":"Monthly","access":{"data":{"read":true,"write":true}},"dataSetElements":[{"dataElement":{"id":"fClA2Erf6IO","valueType":"NUMBER","aggregationType":"AVERAGE","zeroIsSignificant":true}}]}]}"#
      )
    case "/api/dataSets/BfMAe6Itzgt":
      let units = Self.units.map { "{\"id\":\"\($0)\"}" }.joined(separator: ",")
      return json("{\"organisationUnits\":[\(units)]}")
    case "/api/organisationUnits":
      let units = Self.units.map { "{\"id\":\"\($0)\",\"path\":\"/ImspTQPwCqd/\($0)\"}" }
      return json("{\"organisationUnits\":[\(units.joined(separator: ","))]}")
    case "/api/dataValueSets.json": return json("{}")
    default: return json("{\"message\":\"no script for \(request.line)\"}", status: 404)
    }
  }

  /// A summary in its envelope.
  static func summary(
    status: Int = 200, _ word: String = "SUCCESS", imported: Int = 0, updated: Int = 0, ignored: Int = 0,
    conflicts: String = "[]", rejected: [Int] = []
  ) -> StoreReply {
    json(
      "{\"status\":\"\(word)\",\"message\":\"in words\",\"response\":{\"status\":\"\(word)\",\"importCount\":{\"imported\":\(imported),\"updated\":\(updated),\"ignored\":\(ignored),\"deleted\":0},\"conflicts\":\(conflicts),\"rejectedIndexes\":\(rejected)}}",
      status: status)
  }

  /// The values of a request that was not packed, by org unit.
  static func sent(_ request: StoreRequest) -> [String] {
    ((try? JSONValue(parsing: request.body))?["dataValues"]?.array ?? []).compactMap { $0["orgUnit"]?.string }
  }

  static func value(_ unit: Int, _ text: String = "1", period: String = "202401") -> DataValue {
    DataValue(.init(dataElement: element, period: period, orgUnit: units[unit]), value: text)
  }

  static let values = (0..<6).map { value($0) }

  static var options: ImportOptions {
    var options = ImportOptions(dataSet: dataSet)
    options.packs = false
    return options
  }
}
