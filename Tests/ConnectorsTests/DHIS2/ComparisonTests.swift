import Essentials
import JSON
import Testing

@testable import Connectors

@Suite("What DHIS2 holds is read in few requests") struct ComparisonTests {
  private typealias Script = ScriptedDHIS2

  private static let units = (0..<600).map { number in UID.made(from: "unit \(number)") }

  /// A DHIS2 whose data set is assigned to 600 units, of which it holds values.
  private static func script(
    scope: String = "ImspTQPwCqd", seesRoot: Bool = true,
    holding rows: [(unit: String, period: String, value: String)] = []
  ) throws -> Script {
    try Script("2.43.2") { request, _ in
      switch request.path {
      case "/api/dataSets/BfMAe6Itzgt":
        let list = units.map {
          "{\"id\":\"\($0)\",\"path\":\"/\(scope)/O6uvpzGd5pu/\($0)\",\"openingDate\":\"1990-01-01T00:00:00.000\"}"
        }
        return Script.json("{\"organisationUnits\":[\(list.joined(separator: ","))]}")
      case "/api/dataValueSets.json" where !seesRoot && request.query.contains("ImspTQPwCqd"):
        return Script.json(
          #"{"status":"ERROR","message":"User is not allowed to read data for org unit","errorCode":"E2012"}"#,
          status: 409)
      case "/api/dataValueSets.json":
        let list = rows.filter { request.query.contains("period=\($0.period)") }.map {
          "{\"dataElement\":\"fClA2Erf6IO\",\"period\":\"\($0.period)\",\"orgUnit\":\"\($0.unit)\",\"value\":\"\($0.value)\"}"
        }
        let other =
          #"{"dataElement":"otherElemnt","period":"202301","orgUnit":"elsewhere00","value":"9"}"#
        return Script.json("{\"dataValues\":[\((list + [other]).joined(separator: ","))]}")
      case "/api/dataValueSets" where request.method == "POST":
        return Script.summary(updated: Script.sent(request).count)
      default: return nil
      }
    }
  }

  private static func values(_ units: [String], _ periods: [String], _ text: String = "1.5") -> [DataValue] {
    periods.flatMap { period in
      units.map {
        DataValue(.init(dataElement: Script.element, period: period, orgUnit: $0), value: text)
      }
    }
  }

  @Test("Values of most units are compared with one answer for all below the user's roots")
  func whole() async throws {
    let held =
      Self.units.reversed().prefix(200).map { (unit: $0, period: "202302", value: "1.50") }
      + Self.units.prefix(100).map { (unit: $0, period: "202302", value: "7") }
    let script = try Self.script(holding: held)
    let receipt = try await script.server.importValues(
      Self.values(Self.units, ["202302", "202301"]), options: Script.options)
    #expect(receipt.created == 900 && receipt.updated == 100 && receipt.unchanged == 200)
    let reads = script.store.requests.filter { $0.path == "/api/dataValueSets.json" }
    #expect(
      reads.map(\.query) == [
        "dataSet=BfMAe6Itzgt&children=true&period=202301&period=202302&orgUnit=ImspTQPwCqd"
      ])
    #expect(!script.store.requests.contains { $0.path == "/api/organisationUnits" })
  }

  @Test("Where the root may not be read (E2012), units are named")
  func hiddenRoot() async throws {
    let script = try Self.script(seesRoot: false, holding: [(Self.units[3], "202301", "1.5")])
    let receipt = try await script.server.importValues(
      Self.values(Self.units, ["202301"]), options: Script.options)
    #expect(receipt.created == 599 && receipt.unchanged == 1)
    let reads = script.store.requests.filter { $0.path == "/api/dataValueSets.json" }
    #expect(reads.map { $0.query.components(of: "orgUnit=") } == [1, 250, 250, 100])
  }

  @Test("Units that are not described with the data set are read once, whichever values come")
  func learned() async throws {
    let units = Self.units.sorted()
    let script = try Script("2.43.2") { request, _ in
      switch request.path {
      case "/api/dataSets/BfMAe6Itzgt":
        return Script.json(
          "{\"organisationUnits\":[\(units.map { "{\"id\":\"\($0)\"}" }.joined(separator: ","))]}")
      case "/api/organisationUnits":
        let asked = units.filter { request.query.contains($0) }.map {
          "{\"id\":\"\($0)\",\"path\":\"/ImspTQPwCqd/\($0)\",\"closedDate\":\"2023-06-30\"}"
        }
        return Script.json("{\"organisationUnits\":[\(asked.joined(separator: ","))]}")
      case "/api/dataValueSets" where request.method == "POST":
        return Script.summary(updated: Script.sent(request).count)
      default: return nil
      }
    }
    // More values than are compared at once.
    let periods = (1...20).map { "\(2021 + $0 / 12)\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)" } + ["202307"]
    let receipt = try await script.server.importValues(Self.values(units, periods), options: Script.options)
    #expect(receipt.created == 600 * 20 && receipt.refusedByReason == [.orgUnitClosed: 600])
    #expect(script.store.requests.count { $0.path == "/api/organisationUnits" } == 3)
  }

  @Test("Few units are named")
  func named() async throws {
    let script = try Self.script(holding: [(Self.units[3], "202301", "1.5")])
    let receipt = try await script.server.importValues(
      Self.values(Array(Self.units.prefix(260)), ["202301"]), options: Script.options)
    #expect(receipt.created == 259 && receipt.unchanged == 1)
    let reads = script.store.requests.filter { $0.path == "/api/dataValueSets.json" }
    #expect(reads.count == 2 && !reads.contains { $0.query.contains("children") })
    #expect(reads.map { $0.query.components(of: "orgUnit=") } == [250, 10])
  }

  @Test("Units that lie elsewhere in the tree are refused by what was read with the data set")
  func outside() async throws {
    let script = try Self.script(scope: "elsewhere00")
    let receipt = try await script.server.importValues(
      Self.values(Self.units, ["202301"]), options: Script.options)
    #expect(receipt.refusedByReason == [.orgUnitOutsideScope: 600] && receipt.requests == 0)
  }

  @Test("Of values with one key the first is taken, wherever they stand")
  func doubled() async throws {
    let script = try Self.script()
    let first = Self.values(Self.units, ["202301"], "1")
    let receipt = try await script.server.importValues(
      first + Self.values(Self.units.reversed(), ["202301"], "2"), options: Script.options)
    #expect(receipt.created == 600 && receipt.refusedByReason == [.duplicate: 600])
    #expect(receipt.refusals.allSatisfy { $0.value.value == "2" })
  }

  @Test("Bodies are packed so that they are unpacked to the same", arguments: [0, 1, 100_000])
  func packed(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let folder = try TestFolder()
    try folder.put(try PackedBody.gzip(bytes), "a.gz")
    #expect(try TestFolder.run("gzip", "-dc", "\(folder.path)/a.gz") == bytes)
  }
}

extension String {
  fileprivate func components(of text: String) -> Int { split(separator: text).count - 1 }
}
