import JSON
import Sandbox
import Testing

@Suite struct OrgUnitListTests {
  @Test func pagesWithAnOrderHoldEveryUnitOnce() async throws {
    try await withSandbox { sandbox in
      var ids: [String] = []
      var page = 1
      while true {
        let answer = try await sandbox.dhis2(
          "organisationUnits?fields=id,level,geometry&order=id:asc&pageSize=7&page=\(page)")
        #expect(answer.status == 200)
        ids += (answer.json["organisationUnits"]?.array ?? []).compactMap { $0["id"]?.string }
        guard answer.json["pager"]?["nextPage"] != nil else { break }
        page += 1
      }
      #expect(ids == sandbox.orgUnits().map(\.id).sorted())
      #expect(page == (sandbox.orgUnits().count + 6) / 7)
    }
  }

  @Test func withoutAnOrderPagesNeedNotFitTogether() async throws {
    try await withSandbox { sandbox in
      let first = try await sandbox.dhis2("organisationUnits?fields=id&pageSize=30&page=1")
      let second = try await sandbox.dhis2("organisationUnits?fields=id&pageSize=30&page=2")
      let ids = [first, second].flatMap {
        ($0.json["organisationUnits"]?.array ?? []).compactMap { $0["id"]?.string }
      }
      #expect(ids.count == 60)
      #expect(Set(ids).count < 60)
    }
  }

  @Test func pageSizeIsFiftyAndPagesPastTheEndAreClampedAndEmpty() async throws {
    try await withSandbox { sandbox in
      let standard = try await sandbox.dhis2("organisationUnits?order=id:asc")
      #expect(standard.json["pager"]?["pageSize"] == 50)
      #expect(standard.json["organisationUnits"]?.array?.count == 50)
      #expect(standard.json["organisationUnits"]?[0]?.object?.keys == ["id", "displayName"])
      let past = try await sandbox.dhis2("organisationUnits?order=id:asc&page=99")
      #expect(past.json["pager"]?["page"] == 2)
      #expect(past.json["organisationUnits"] == [])
      #expect(past.json["pager"]?["nextPage"] == nil)
    }
  }

  @Test func filtersSelectByLevelPathNameAndGeometry() async throws {
    try await withSandbox { sandbox in
      func ids(_ query: String) async throws -> Set<String> {
        let answer = try await sandbox.dhis2("organisationUnits?paging=false&fields=id&\(query)")
        #expect(answer.status == 200, "\(query): \(answer.text)")
        return Set((answer.json["organisationUnits"]?.array ?? []).compactMap { $0["id"]?.string })
      }
      let units = sandbox.orgUnits()
      func expected(_ condition: (SandboxOrgUnit) -> Bool) -> Set<String> {
        Set(units.filter(condition).map(\.id))
      }
      let region = try #require(units.first { $0.level == 2 })
      #expect(try await ids("filter=level:eq:2") == expected { $0.level == 2 })
      #expect(try await ids("filter=level:ge:2&filter=level:lt:4") == expected { [2, 3].contains($0.level) })
      #expect(try await ids("filter=path:like:\(region.id)") == expected { $0.path.contains(region.id) })
      #expect(try await ids("filter=geometry:null") == expected { $0.geometry == nil })
      #expect(try await ids("filter=code:!null") == expected { $0.code != nil })
      #expect(try await ids("filter=name:ilike:region") == expected { $0.level == 2 })
      #expect(try await ids("filter=parent.id:eq:\(region.id)") == expected { $0.parent == region.id })
      #expect(
        try await ids("filter=id:in:%5B\(units[3].id),\(units[5].id)%5D") == [units[3].id, units[5].id])
      #expect(
        try await ids("rootJunction=OR&filter=level:eq:1&filter=id:eq:\(units[9].id)") == [
          units[0].id, units[9].id,
        ])
    }
  }

  @Test func whatTomcatRefusesIsRefused() async throws {
    try await withSandbox { sandbox in
      let raw = try await sandbox.dhis2("organisationUnits?fields=id,parent[id]")
      #expect(raw.status == 400)
      #expect(raw.headers["content-type"]?.hasPrefix("text/html") == true)
      let long = try await sandbox.dhis2(
        "organisationUnits?filter=id:in:%5B" + String(repeating: "a", count: 8192) + "%5D")
      #expect(long.status == 414)
      let path = try await sandbox.dhis2("organisationUnits?filter=geometry.type:eq:Point")
      #expect(path.status == 400)
      #expect(path.json["errorCode"] == "E1003")
    }
  }

  @Test func fieldsNestRenameAndLeaveOut() async throws {
    try await withSandbox { sandbox in
      let facility = try #require(sandbox.orgUnits().first { $0.level == 4 && $0.geometry != nil })
      let answer = try await sandbox.dhis2(
        "organisationUnits/\(facility.id)?fields=id,name~rename(title),parent%5Bid,parent%5Blevel%5D%5D,children::size,nonsense,geometry"
      )
      let shown = answer.json
      #expect(shown.object?.keys == ["id", "title", "parent", "children", "geometry"])
      #expect(shown["title"]?.string == facility.name)
      #expect(shown["parent"]?["parent"]?["level"] == 2)
      #expect(shown["children"] == 0)
      #expect(shown["geometry"]?["type"] == "Point")
      let without = try await sandbox.dhis2("organisationUnits/\(facility.id)?fields=:all,!geometry,!path")
      #expect(without.json["geometry"] == nil)
      #expect(without.json["path"] == nil)
      #expect(without.json["displayName"]?.string == facility.name)
    }
  }

  @Test(arguments: [(DHIS2Version.v2_41, false), (.v2_42, true)])
  func readsOfTheTreeArePagedFrom242On(version: DHIS2Version, isPaged: Bool) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      let root = sandbox.orgUnits()[0].id
      let answer = try await sandbox.dhis2("organisationUnits/\(root)?includeDescendants=true&fields=id")
      #expect(answer.json["organisationUnits"]?.array?.count == (isPaged ? 50 : sandbox.orgUnits().count))
    }
  }

  @Test func featuresLeaveOutWhatHasNoGeometryAndAreOfLevelOneUnlessAsked() async throws {
    try await withSandbox { sandbox in
      func ids(_ query: String) async throws -> Set<String> {
        let answer = try await sandbox.dhis2("organisationUnits.geojson" + query)
        #expect(answer.json["type"] == "FeatureCollection")
        return Set(answer.json["features"]?.array?.compactMap { $0["id"]?.string } ?? [])
      }
      let units = sandbox.orgUnits()
      #expect(try await ids("") == [units[0].id])
      let both = units.filter { ($0.level == 2 || $0.level == 3) && $0.geometry != nil }
      #expect(try await ids("?level=2&level=3") == Set(both.map(\.id)))
      #expect(units.contains { $0.level == 3 && $0.geometry == nil })
      let region = try #require(units.first { $0.level == 2 }).id
      let below = both.filter { $0.level == 3 && $0.parent == region }
      #expect(try await ids("?level=3&parent=\(region)") == Set(below.map(\.id)))
      let one = try await sandbox.dhis2("organisationUnits.geojson?level=3&parent=\(region)").json[
        "features"]?[0]
      #expect(one?["properties"]?["level"] == "3")
      #expect(one?["properties"]?["parentGraph"]?.string == "\(units[0].id)/\(region)")
    }
  }
}
