import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import Flows
import Foundation
import Sandbox
import Testing

@Suite("Reading org units into files") struct DHIS2OrgUnitsTests {
  private func text(_ run: SandboxRun, _ name: String) throws -> String {
    try String(contentsOfFile: "\(run.test.scratchFolder)/org-units/org_units.\(name)", encoding: .utf8)
  }

  private func parameters(_ run: SandboxRun, _ more: JSONObject = [:]) -> JSONObject {
    var all: JSONObject = ["output_dir": .string("\(run.test.scratchFolder)/org-units")]
    for (key, value) in more { all[key] = value }
    return all
  }

  @Test("Every org unit is a row with its own columns and those of its hierarchy")
  func csv() async throws {
    try await SandboxRun.with { run in
      let result = try await run.test.run(DHIS2OrgUnits.self, parameters(run))
      let units = run.sandbox.orgUnits()
      #expect(result.json["org_units"]?.integer == units.count)
      let lines = try text(run, "csv").components(separatedBy: "\r\n")
      #expect(
        lines[0]
          == "id,code,name,short_name,level,parent_id,path,level_1_name,level_2_name,level_3_name,level_4_name,created_by,hierarchy_depth,translation_count,opening_date,closed_date,geometry_type,last_updated"
      )
      #expect(lines.count == units.count + 2 && lines.last == "")
      let unit = try #require(units.first { $0.level == 3 && !$0.name.contains(",") })
      let parent = try #require(units.first { $0.id == unit.parent })
      let root = try #require(units.first { $0.level == 1 })
      let row = try #require(lines.first { $0.hasPrefix(unit.id) }).components(separatedBy: ",")
      #expect(row[2] == unit.name && row[4] == "3" && row[5] == parent.id)
      #expect(row[7] == root.name && row[8] == parent.name && row[9] == unit.name && row[10] == "")
      #expect(row[12] == "3")
    }
  }

  @Test("JSON and GeoJSON have the same units; one without geometry is a feature with none")
  func json() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(DHIS2OrgUnits.self, parameters(run, ["formats": ["json", "geojson"]]))
      let rows = try #require(try JSONValue(parsing: try text(run, "json")).array)
      let collection = try JSONValue(parsing: try text(run, "geojson"))
      let features = try #require(collection["features"]?.array)
      let units = run.sandbox.orgUnits()
      #expect(Set(rows.compactMap { $0["id"]?.string }) == Set(units.map(\.id)))
      #expect(collection["type"]?.string == "FeatureCollection" && features.count == units.count)
      for feature in features {
        let unit = units.first { $0.id == feature["id"]?.string }
        #expect((feature["geometry"]?.isNull == true) == (unit?.geometry == nil))
        #expect(feature["properties"]?["name"]?.string == unit?.name)
      }
      #expect(!FileManager.default.fileExists(atPath: "\(run.test.scratchFolder)/org-units/org_units.csv"))
    }
  }

  @Test("The report counts what is wrong, with and without files")
  func report() async throws {
    try await SandboxRun.with { run in
      let result = try await run.test.run(DHIS2OrgUnits.self, [:])
      let units = run.sandbox.orgUnits()
      #expect(result.json["files"] == [])
      #expect(result.json["depth"]?.integer == 4)
      #expect(result.json["levels"]?["1"]?.integer == 1)
      #expect(result.json["missing_geometry"]?.integer == units.count { $0.geometry == nil })
      #expect(result.json["orphans"]?.integer == 0)
      #expect((result.json["invalid_geometry"]?.integer ?? 0) > 0)
      let report = try #require(run.test.reporter.artifacts.first { $0.key == "dhis2-org-units-report" })
      let text = try #require(report.artifact.data.string)
      #expect(text.contains("\(units.count) org units on 4 levels, 4 deep"))
      #expect(text.contains("## With invalid geometry"))
    }
  }

  @Test("By level, by root, and without geometry")
  func choices() async throws {
    try await SandboxRun.with { run in
      let units = run.sandbox.orgUnits()
      let region = try #require(units.first { $0.level == 2 })
      let level = try await run.test.run(DHIS2OrgUnits.self, ["level": 2])
      #expect(level.json["org_units"]?.integer == units.count { $0.level == 2 })
      #expect(level.json["orphans"]?.integer == 0)
      let below = try await run.test.run(DHIS2OrgUnits.self, ["root": .string(region.id), "geometry": false])
      let inRegion = units.filter { unit in
        var above: String? = unit.id
        while let id = above, id != region.id { above = units.first { $0.id == id }?.parent }
        return above != nil
      }
      #expect(below.json["org_units"]?.integer == inRegion.count)
      #expect(below.json["missing_geometry"] == nil)
      let error = await #expect(throws: Misconfiguration.self) {
        try await run.test.run(
          DHIS2OrgUnits.self, parameters(run, ["formats": ["geojson"], "geometry": false]))
      }
      #expect(error?.message.contains("geojson") == true)
    }
  }

  @Test("What is not there is refused by name, and the files of the run before stay")
  func notThere() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(DHIS2OrgUnits.self, parameters(run))
      #expect(await run.requests("GET", "/system/info") == 1)
      let before = try text(run, "csv")
      let facility = try #require(run.sandbox.orgUnits().first { $0.level == 4 })
      let choices: [(JSONObject, String)] = [
        (["root": "Nonexisting"], "Nonexisting"), (["level": 7], "level is 7"),
        (["groups": ["abcdefghij1"]], "abcdefghij1"),
        (["level": 2, "root": .string(facility.id)], "root \(facility.id) is on level 4"),
      ]
      for (choice, words) in choices {
        let error = await #expect(throws: (any Error).self) {
          try await run.test.run(DHIS2OrgUnits.self, parameters(run, choice))
        }
        let failure = try #require(error as? any Failure)
        #expect(failure.kind == .configuration && failure.remedy != nil)
        #expect(failure.message.contains(words))
        #expect(try text(run, "csv") == before)
      }
    }
  }

  @Test("A choice that comes to nothing writes nothing, unless nothing was changed")
  func nothing() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(DHIS2OrgUnits.self, parameters(run))
      let before = try text(run, "csv")
      let region = try #require(run.sandbox.orgUnits().first { $0.level == 2 })
      let group = try await run.group()
      let error = await #expect(throws: Misconfiguration.self) {
        try await run.test.run(
          DHIS2OrgUnits.self, parameters(run, ["level": 2, "groups": [.string(group)]]))
      }
      #expect(error?.message.contains("none of the org units of level 2 in group \(group)") == true)
      #expect(try text(run, "csv") == before)
      let changed = try await run.test.run(
        DHIS2OrgUnits.self, ["root": .string(region.id), "changed_since": "2999-01-01"])
      #expect(changed.json["org_units"]?.integer == 0)
    }
  }

  @Test("By group")
  func group() async throws {
    try await SandboxRun.with { run in
      let group = try await run.group()
      let result = try await run.test.run(DHIS2OrgUnits.self, ["groups": [.string(group)]])
      let facilities = run.sandbox.orgUnits().count { $0.level == 4 }
      #expect(result.json["org_units"]?.integer == (facilities + 1) / 2)
    }
  }

  @Test("A server that does not say what it is is not read from")
  func noInfo() async throws {
    try await SandboxRun.with { run in
      run.sandbox.add(SandboxFaults([SandboxFault(path: "/system/info", way: .status(502), times: 100)]))
      await #expect(throws: (any Error).self) { try await run.test.run(DHIS2OrgUnits.self, parameters(run)) }
      #expect(await run.requests("GET", "/organisationUnits") == 0)
    }
  }

  @Test("A connection that is cut in the middle leaves the file of the run before")
  func cut() async throws {
    try await SandboxRun.with { run in
      _ = try await run.test.run(DHIS2OrgUnits.self, parameters(run, ["level": 1]))
      let before = try text(run, "csv")
      run.sandbox.add(
        SandboxFaults([SandboxFault(path: "/organisationUnits", method: "GET", way: .cut, times: 100)]))
      await #expect(throws: (any Error).self) { try await run.test.run(DHIS2OrgUnits.self, parameters(run)) }
      #expect(try text(run, "csv") == before)
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(run.test.scratchFolder)/org-units")
      #expect(names == ["org_units.csv"])
    }
  }
}
