import JSON
import Sandbox
import Testing

@Suite struct OrgUnitTreeTests {
  private func unit(_ id: String, below parent: String?) -> JSONValue {
    var unit: JSONObject = [
      "id": .string(id), "name": .string(id), "shortName": .string(id), "openingDate": "2020-01-01",
    ]
    unit["parent"] = parent.map { ["id": .string($0)] }
    return .object(unit)
  }

  private func read(_ sandbox: Sandbox, _ id: String) async throws -> JSONValue {
    try await sandbox.dhis2("organisationUnits/\(id)?fields=level,path,leaf,children::size,ancestors").json
  }

  @Test func aUnitGetsItsPlaceFromItsParent() async throws {
    try await withSandbox { sandbox in
      let admin = sandbox.dhis2AdminUsername
      let root = sandbox.orgUnits()[0].id
      // The child before its parent, and with a place of its own, which counts for nothing.
      var child = unit("newUnit0002", below: "newUnit0001").object ?? [:]
      child["path"] = "/elsewhere"
      child["level"] = 9
      let bundle: JSONValue = ["organisationUnits": [.object(child), unit("newUnit0001", below: root)]]
      #expect(try await sandbox.dhis2("POST", "metadata", bundle, user: admin).status == 200)
      let alone = try await sandbox.dhis2(
        "POST", "organisationUnits", unit("newUnit0003", below: "newUnit0002"), user: admin)
      #expect(alone.status == 201)
      let first = try await read(sandbox, "newUnit0001")
      #expect(first["path"]?.string == "/\(root)/newUnit0001" && first["level"] == 2)
      #expect(first["leaf"] == false && first["children"] == 1)
      let last = try await read(sandbox, "newUnit0003")
      #expect(last["path"]?.string == "/\(root)/newUnit0001/newUnit0002/newUnit0003" && last["level"] == 4)
      #expect(last["ancestors"]?.array?.count == 3 && last["leaf"] == true)
      let found = try await sandbox.dhis2("organisationUnits?filter=path:like:newUnit0001&fields=id")
      #expect(found.json["organisationUnits"]?.array?.count == 3)
    }
  }

  @Test func whatIsBelowAMovedUnitMovesWithIt() async throws {
    try await withSandbox { sandbox in
      let admin = sandbox.dhis2AdminUsername
      let units = sandbox.orgUnits()
      let regions = units.filter { $0.level == 2 }
      let district = try #require(units.first { $0.parent == regions[0].id })
      let facility = try #require(units.first { $0.parent == district.id })
      let patch: JSONValue = [
        ["op": "replace", "path": "/parent", "value": ["id": .string(regions[1].id)]]
      ]
      let answer = try await sandbox.dhis2(
        "PATCH", "organisationUnits/\(district.id)", patch, user: admin, type: "application/json-patch+json")
      #expect(answer.status == 200)
      let moved = try await read(sandbox, facility.id)
      #expect(moved["path"]?.string == "/\(units[0].id)/\(regions[1].id)/\(district.id)/\(facility.id)")
      #expect(moved["level"] == 4)
      let left = try await sandbox.dhis2("organisationUnits?filter=path:like:\(regions[0].id)&fields=id")
      #expect(left.json["organisationUnits"]?.array?.contains { $0["id"]?.string == facility.id } == false)
      // Below itself it cannot be.
      let loop: JSONValue = [
        ["op": "replace", "path": "/parent", "value": ["id": .string(facility.id)]]
      ]
      _ = try await sandbox.dhis2(
        "PATCH", "organisationUnits/\(district.id)", loop, user: admin, type: "application/json-patch+json")
      #expect(try await read(sandbox, district.id)["path"]?.string == "/\(district.id)")
    }
  }

  @Test func unitsKnowTheGroupsThatHaveThem() async throws {
    try await withSandbox { sandbox in
      func members(_ group: String) async throws -> Set<String> {
        let list = try await sandbox.dhis2(
          "organisationUnits?filter=organisationUnitGroups.id:in:%5B\(group)%5D&paging=false&fields=id,organisationUnitGroups"
        )
        #expect(list.status == 200)
        let units = list.json["organisationUnits"]?.array ?? []
        #expect(
          units.allSatisfy { $0["organisationUnitGroups"]?.array?.contains(["id": .string(group)]) == true })
        return Set(units.compactMap { $0["id"]?.string })
      }
      let groups = try await sandbox.dhis2("organisationUnitGroups?fields=id,organisationUnits").json
      let group = try #require(groups["organisationUnitGroups"]?[0])
      let id = try #require(group["id"]?.string)
      let listed = (group["organisationUnits"]?.array ?? []).compactMap { $0["id"]?.string }
      #expect(try await members(id) == Set(listed) && !listed.isEmpty)
      // Another group, and other members of it.
      let units = sandbox.orgUnits()
      for chosen in [[listed[0], units[0].id], [units[1].id]] {
        let bundle: JSONValue = [
          "organisationUnitGroups": [
            [
              "id": "newGroup001", "name": "New", "shortName": "New",
              "organisationUnits": .array(chosen.map { ["id": .string($0)] }),
            ]
          ]
        ]
        let answer = try await sandbox.dhis2("POST", "metadata", bundle, user: sandbox.dhis2AdminUsername)
        #expect(answer.status == 200)
        #expect(try await members("newGroup001") == Set(chosen))
      }
      #expect(try await members(id) == Set(listed))
      let unit = try await sandbox.dhis2("organisationUnits/\(units[1].id)").json
      #expect(unit["organisationUnitGroups"] == [["id": "newGroup001"]])
    }
  }
}
