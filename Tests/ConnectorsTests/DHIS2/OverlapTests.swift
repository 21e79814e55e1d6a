import Essentials
import FlowKitTesting
import JSON
import Synchronization
import Testing

@testable import Connectors

@Suite("What an import does beside the request that is on its way") struct OverlapTests {
  private typealias Script = ScriptedDHIS2

  private static let units = (0..<600).map { UID.made(from: "unit \($0)") }.sorted()
  /// 17 periods of 600 units are more values than are compared at once.
  private static let periods = (0..<17).map { "\(2020 + $0 / 12)\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)" }

  /// What a DHIS2 was asked for and holds.
  private struct Kept {
    var values: [String: String] = [:]
    var mostAtOnce = 0
    var now = 0
  }

  /// A DHIS2 that keeps values, and says how many requests with values it had at the same time.
  private static func script(_ kept: Mutexed) throws -> Script {
    try Script("2.43.2") { request, _ in
      switch request.path {
      case "/api/dataSets/BfMAe6Itzgt":
        let list = units.map { "{\"id\":\"\($0)\",\"path\":\"/ImspTQPwCqd/O6uvpzGd5pu/\($0)\"}" }
        return Script.json("{\"organisationUnits\":[\(list.joined(separator: ","))]}")
      case "/api/dataValueSets.json":
        let rows = kept.state.withLock { kept in
          kept.values.filter { request.query.contains("period=\($0.key.prefix(6))") }.map { key, value in
            "{\"dataElement\":\"fClA2Erf6IO\",\"period\":\"\(key.prefix(6))\",\"orgUnit\":\"\(key.dropFirst(6))\",\"value\":\"\(value)\"}"
          }
        }
        return Script.json("{\"dataValues\":[\(rows.joined(separator: ","))]}")
      case "/api/dataValueSets" where request.method == "POST":
        kept.state.withLock {
          $0.now += 1
          $0.mostAtOnce = max($0.mostAtOnce, $0.now)
        }
        let values = (try? JSONValue(parsing: request.body))?["dataValues"]?.array ?? []
        kept.state.withLock { kept in
          for value in values {
            kept.values["\(value["period"]?.string ?? "")\(value["orgUnit"]?.string ?? "")"] =
              value["value"]?.string
          }
          kept.now -= 1
        }
        return Script.summary(updated: values.count)
      default: return nil
      }
    }
  }

  private final class Mutexed: Sendable {
    let state = Mutex(Kept())
  }

  private static func values(_ periods: [String], _ text: String) -> [DataValue] {
    periods.flatMap { period in
      units.map { DataValue(.init(dataElement: Script.element, period: period, orgUnit: $0), value: text) }
    }
  }

  @Test("Values that come again later are compared with what was sent for them before")
  func again() async throws {
    let kept = Mutexed()
    let script = try Self.script(kept)
    let values = Self.values(Self.periods, "1") + Self.values([Self.periods[15], Self.periods[2]], "2")
    let receipt = try await script.server.importValues(values, options: Script.options)
    #expect(receipt.created == 600 * 17 && receipt.updated == 1_200 && receipt.total == 600 * 19)
    let held = kept.state.withLock { $0.values }
    #expect(held.count == 600 * 17 && held.values.count { $0 == "2" } == 1_200)
    #expect(kept.state.withLock { $0.mostAtOnce } == 1)
  }

  @Test(
    "Requests are of the same rows, in the same order, whatever is done meanwhile", arguments: [100, 999])
  func order(start: Int) async throws {
    let script = try Self.script(Mutexed())
    var options = Script.options
    options.chunk.start = start
    options.chunk.most = start
    let values = Self.values(Self.periods, "1")
    let receipt = try await script.server.importValues(values.shuffled(), options: options)
    #expect(receipt.created == values.count)
    let sent = script.store.requests.filter { $0.method == "POST" }.map { request in
      ((try? JSONValue(parsing: request.body))?["dataValues"]?.array ?? []).count
    }
    #expect(sent.dropLast().allSatisfy { $0 == start } && sent.reduce(0, +) == values.count)
  }

  @Test("What goes wrong elsewhere ends the import, with all that was sent answered")
  func failure() async throws {
    let kept = Mutexed()
    let script = try Self.script(kept)
    let values = Self.values(Self.periods + Self.periods.map { "\((Int($0) ?? 0) + 200)" }, "1")
    let stream = AsyncThrowingStream<DataValue, any Error> { continuation in
      for value in values { continuation.yield(value) }
      continuation.finish(throwing: Rejection("the values end here"))
    }
    let error = await #expect(throws: Rejection.self) {
      try await script.server.importValues(stream, options: Script.options)
    }
    #expect(error?.message == "the values end here")
    let posts = script.store.requests.filter { $0.method == "POST" }
    let rows = posts.reduce(0) { $0 + Script.sent($1).count }
    #expect(!posts.isEmpty && kept.state.withLock { $0.values.count } == rows)
  }

  @Test("Wrong credentials are tried once: four failures lock an account")
  func credentials() async throws {
    let script = try Script { _, _ in
      Script.json(#"{"httpStatus":"Unauthorized","message":"Unauthorized"}"#, status: 401)
    }
    let error = await #expect(throws: DHIS2Failure.self) {
      try await script.server.importValues(Script.values, options: Script.options)
    }
    #expect(error?.kind == .configuration && script.store.requests.count == 1)
  }

  @Test("Rows are taken from the front, whichever arrays they are in", arguments: [0, 1, 3, 4, 7, 8, 9])
  func queue(count: Int) {
    let values = (1...8).map { Script.value(0, "\($0)", period: "20240\($0)") }
    var queue = RowQueue()
    queue.append(Array(values[..<3]), held: [nil, "a", nil])
    queue.append([], held: [])
    queue.append(Array(values[3...]), held: ["b", nil, nil, nil, nil])
    #expect(queue.count == 8 && queue.newCount == 6)
    let first = queue.prefix(count)
    #expect(first.count == min(count, 8) && first.rows.map(\.value) == Array(values.prefix(count)))
    queue.removeFirst(count)
    #expect(queue.count == max(0, 8 - count) && queue.isEmpty == (count >= 8))
    #expect(queue.rows.map(\.value) == Array(values.dropFirst(count)))
    let held: [String?] = [nil, "a", nil, "b", nil, nil, nil, nil]
    #expect(queue.rows.map(\.held) == Array(held.dropFirst(count)))
  }

  @Test("A key is found among rows, and only where it is")
  func sharedKeys() {
    let values = (1...9).map { Script.value(0, "1", period: "20240\($0)") }
    var queue = RowQueue()
    queue.append([values[1], values[3]], held: [nil, nil])
    queue.append([values[5], values[7]], held: [nil, nil])
    for number in values.indices { #expect(queue.sharesKey(with: [values[number]]) == (number % 2 == 1)) }
    #expect(!queue.sharesKey(with: [values[0], values[2], values[4], values[6], values[8]]))
    #expect(queue.sharesKey(with: [values[0], values[7], values[8]]))
    #expect(!queue.sharesKey(with: []) && !RowQueue().sharesKey(with: values))
  }

  @Test("Values are written as JSON, whatever is in them and whichever came before")
  func written() throws {
    let key = DataValue.Key(dataElement: "a", period: "202401", orgUnit: "b")
    let values = [
      DataValue(key, value: "1"), DataValue(key, value: "2"), DataValue(key, value: "say \"no\"\n"),
      DataValue(.init(dataElement: "a", period: "202402", orgUnit: "b\\c"), value: "3"),
      DataValue(.init(dataElement: "é", period: "202402", orgUnit: "b"), value: "4", comment: "why\tnot"),
      DataValue(key, value: String(repeating: "long ", count: 200)), DataValue(key, value: ""),
      DataValue(
        .init(
          dataElement: "a", period: "202402", orgUnit: "b", categoryOptionCombo: "c",
          attributeOptionCombo: "d"), value: "5"),
      DataValue(.init(dataElement: "a", period: "202402", orgUnit: "b", categoryOptionCombo: ""), value: "6"),
    ]
    for dataSet in [nil, "set"] {
      var writer = DataValueWriter(
        dataSet: dataSet, followUpKey: "followUp", expecting: 1, room: [1, 2, 3])
      for value in values { writer.write(value) }
      let bytes = writer.finish()
      #expect(try JSONValue(parsing: bytes)["dataSet"]?.string == dataSet)
      let read = try DataValueSet(json: bytes).values()
      #expect(read.map(\.value) == values.map(\.value))
      // An empty combination is left out.
      #expect(read.dropLast().map(\.key) == values.dropLast().map(\.key))
      #expect(read.last?.key.categoryOptionCombo == nil)
      #expect(try DataValueSet(json: bytes).rows.map(\.comment) == values.map(\.comment))
    }
  }
}
