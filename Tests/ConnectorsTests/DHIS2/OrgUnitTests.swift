import Essentials
import JSON
import Sandbox
import Synchronization
import Testing

@testable import Connectors

@Suite("Reading org units") struct OrgUnitTests {
  private typealias Script = ScriptedDHIS2

  private func collect(_ sequence: OrgUnitSequence) async throws -> [OrgUnit] {
    var units: [OrgUnit] = []
    for try await unit in sequence { units.append(unit) }
    return units
  }

  /// A page of made-up units.
  private static func page(_ numbers: Range<Int>, page: Int, of pages: Int, total: Int, next: Bool)
    -> StoreReply
  {
    let units = numbers.map { "{\"id\":\"unit\(1_000_000 + $0)\",\"path\":\"/top/unit\($0)\",\"level\":2}" }
    return Script.json(
      "{\"pager\":{\"page\":\(page),\"total\":\(total),\"pageSize\":10,\"pageCount\":\(pages)\(next ? ",\"nextPage\":\"http://elsewhere\"" : "")},\"organisationUnits\":[\(units.joined(separator: ","))]}"
    )
  }

  @Test("Units come by level, by id, below a unit, and since a time, over any number of pages")
  func queries() async throws {
    try await ImportScene.with(.v2_43) { scene in
      let all = scene.sandbox.orgUnits()
      var query = OrgUnitQuery(levels: [2, 3])
      query.pageSize = 5
      let units = try await collect(scene.server.orgUnits(query))
      #expect(Set(units.map(\.id)) == Set(all.filter { [2, 3].contains($0.level) }.map(\.id)))
      #expect(units.allSatisfy { $0.geometry == nil })
      let ids = all.prefix(7).map(\.id)
      query = OrgUnitQuery(ids: ids, withGeometry: true)
      #expect(Set(try await collect(scene.server.orgUnits(query)).map(\.id)) == Set(ids))
      let region = try #require(all.first { $0.level == 2 })
      query = OrgUnitQuery()
      query.below = region.id
      let below = try await collect(scene.server.orgUnits(query))
      #expect(below.count > 1 && below.allSatisfy { $0.path.contains(region.id) })
      query = OrgUnitQuery()
      query.changedSince = "2999-01-01T00:00:00"
      #expect(try await collect(scene.server.orgUnits(query)).isEmpty)
    }
  }

  @Test("Units come by group; a group that is not there is named, once for all pages")
  func groups() async throws {
    try await ImportScene.with(.v2_43) { scene in
      let answer = try await scene.server.value(
        "organisationUnitGroups", [("fields", "id,organisationUnits[id]")], operation: "reading the groups")
      let group = try #require(answer["organisationUnitGroups"]?[0])
      let members = (group["organisationUnits"]?.array ?? []).compactMap { $0["id"]?.string }
      let id = try #require(group["id"]?.string)
      var query = OrgUnitQuery()
      query.groups = [id]
      query.pageSize = 5
      let units = try await collect(scene.server.orgUnits(query))
      #expect(units.count > 5 && Set(units.map(\.id)) == Set(members))
      #expect(units.allSatisfy { $0.groups == [id] })
      query.groups = [id, "abcdefghij1", "no id, at all]"]
      let error = await #expect(throws: DHIS2Failure.self) { try await collect(scene.server.orgUnits(query)) }
      #expect(error?.kind == .configuration && error?.remedy?.contains("Check the id") == true)
      #expect(error?.message.contains("none of the id abcdefghij1, no id, at all]") == true)
      let asked = await scene.sandbox.requests().filter { $0.path.hasSuffix("/organisationUnitGroups") }
      #expect(asked.count == 3)
    }
  }

  @Test("An answer without org units is none of DHIS2, and a unit that is not there has no level")
  func noUnits() async throws {
    let script = try Script { request, _ in
      request.path == "/api/organisationUnits" ? Script.json(#"{"version":"2.39.1"}"#) : nil
    }
    let first = await #expect(throws: DHIS2Failure.self) {
      try await collect(script.server.orgUnits(OrgUnitQuery(levels: [2])))
    }
    #expect(first?.kind == .configuration && first?.message.contains("has no organisationUnits") == true)
    let second = await #expect(throws: DHIS2Failure.self) { try await script.server.deepestLevel() }
    #expect(second?.kind == .configuration)
    try await ImportScene.with(.v2_42) { scene in
      let unit = try #require(scene.units.first)
      #expect(try await scene.server.level(ofOrgUnit: unit.id) == 3)
      let error = await #expect(throws: DHIS2Failure.self) {
        try await scene.server.level(ofOrgUnit: "Nonexisting")
      }
      #expect(error?.kind == .configuration && error?.message.contains("Nonexisting") == true)
    }
  }

  @Test("A unit that was changed at the very moment asked for is among those changed since")
  func changedAtThatMoment() async throws {
    let script = try Script { request, _ in
      request.path == "/api/organisationUnits" ? Self.page(0..<1, page: 1, of: 1, total: 1, next: false) : nil
    }
    var query = OrgUnitQuery()
    query.changedSince = "2026-08-20T00:00:00.000"
    _ = try await collect(script.server.orgUnits(query))
    #expect(
      script.store.requests.last?.query.contains("lastUpdated%3Age%3A2026-08-20T00%3A00%3A00.000") == true)
  }

  @Test("Ids are asked for at most 200 at a time, and characters that Tomcat refuses are encoded")
  func batches() async throws {
    let ids = (0..<450).map { "unit\(1_000_000 + $0)" }
    let script = try Script { request, number in
      guard request.path == "/api/organisationUnits" else { return nil }
      let numbers = number * 200..<min(450, (number + 1) * 200)
      return Self.page(numbers, page: 1, of: 1, total: numbers.count, next: false)
    }
    let units = try await collect(script.server.orgUnits(OrgUnitQuery(ids: ids)))
    #expect(units.map(\.id) == ids)
    let requests = script.store.requests
    #expect(requests.count == 3)
    #expect(
      requests.allSatisfy {
        $0.target.utf8.count < 8_000 && !$0.target.contains("[") && !$0.target.contains("|")
      })
    #expect(requests.allSatisfy { $0.query.contains("order=id%3Aasc") })
  }

  @Test("A page past the end, which is empty, ends the list")
  func pastEnd() async throws {
    let script = try Script { request, number in
      guard request.path == "/api/organisationUnits" else { return nil }
      return number == 0
        ? Self.page(0..<10, page: 1, of: 2, total: 10, next: true)
        : Self.page(0..<0, page: 1, of: 2, total: 10, next: true)
    }
    #expect(try await collect(script.server.orgUnits(OrgUnitQuery(levels: [2]))).count == 10)
  }

  @Test("Units that come twice, or go missing, are a failure and no smaller list")
  func wrongCounts() async throws {
    let doubled = try Script { request, number in
      request.path == "/api/organisationUnits"
        ? Self.page(number * 9..<number * 9 + 10, page: number + 1, of: 2, total: 20, next: number == 0) : nil
    }
    let first = await #expect(throws: DHIS2Failure.self) {
      try await collect(doubled.server.orgUnits(OrgUnitQuery(levels: [2])))
    }
    #expect(first?.message.contains("repeats 1 units of pages before it, unit1000009 among them") == true)
    let missing = try Script { request, number in
      request.path == "/api/organisationUnits"
        ? Self.page(number * 10..<number * 10 + 10, page: number + 1, of: 2, total: 21, next: number == 0)
        : nil
    }
    let second = await #expect(throws: DHIS2Failure.self) {
      try await collect(missing.server.orgUnits(OrgUnitQuery(levels: [2])))
    }
    #expect(second?.message.contains("21 units were announced and 20 came") == true)
    #expect(second?.kind == .transient)
  }

  @Test("A page that is cut off is asked for again")
  func cutOff() async throws {
    let script = try Script { request, number in
      guard request.path == "/api/organisationUnits" else { return nil }
      var reply = Self.page(0..<10, page: 1, of: 1, total: 10, next: false)
      if number == 0 { reply.body.removeLast(40) }
      return reply
    }
    #expect(try await collect(script.server.orgUnits(OrgUnitQuery(levels: [2]))).count == 10)
  }

  @Test(
    "Coordinates of servers before 2.32 become geometries",
    arguments: [
      ("[-11.6677, 8.4165]", "Point"), ("[[[0,0],[1,0],[1,1],[0,0]]]", "Polygon"),
      ("[[[[0,0],[1,0],[1,1],[0,0]]]]", "MultiPolygon"),
    ])
  func oldGeometry(coordinates: String, type: String) throws {
    let bytes = try #require(OrgUnit.geometry(coordinates: coordinates))
    #expect(try JSONValue(parsing: bytes)["type"]?.string == type)
  }

  @Test("What is no geometry is none", arguments: ["", "[", "[[0,0],[1,1]]", "north", "[[[[0,0]]]"])
  func noGeometry(text: String) { #expect(OrgUnit.geometry(coordinates: text) == nil) }

  @Test("Codes join units only where one unit has them")
  func codes() throws {
    func unit(_ id: String, _ code: String?) throws -> OrgUnit {
      let text = code.map { "{\"id\":\"\(id)\",\"code\":\"\($0)\"}" } ?? "{\"id\":\"\(id)\"}"
      return try JSONReader.read(text.utf8) { try OrgUnit(reading: &$0) }
    }
    let codes = OrgUnitCodes([
      try unit("a", "1"), try unit("b", "2"), try unit("c", "2"), try unit("d", nil), try unit("e", "2"),
    ])
    #expect(codes.ids == ["1": "a"] && codes.doubled == ["2": ["b", "c", "e"]] && codes.missing == ["d"])
  }

  @Test("A compact set of ids knows what it holds")
  func uidSet() {
    var set = UIDSet()
    #expect(set.insert(["b1234567890", "a1234567890"]).isEmpty)
    #expect(
      set.insert(["c1234567890", "b1234567890", "d1234567890", "d1234567890"]) == [
        "b1234567890", "d1234567890",
      ])
    #expect(set.count == 4 && set.contains("d1234567890") && !set.contains("e1234567890"))
    #expect(UID.made(from: "precipitation") == UID.made(from: "precipitation"))
    #expect(UID.isValid(UID.made(from: "")) && UID.made(from: "a") != UID.made(from: "b"))
    #expect(!UID.isValid("1aaaaaaaaaa") && !UID.isValid("aaaaaaaaaa") && !UID.isValid("aaaaaaaaaä"))
  }
}
