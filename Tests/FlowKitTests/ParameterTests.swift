import Essentials
import FlowKit
import Foundation
import JSON
import Testing

private enum Mode: String, CaseIterable, ParameterChoice { case append, replace }

private struct Everything: Flow {
  static let name = "everything"
  static let summary = "Has a parameter of every kind."

  @Parameter("Where from") var sourceURL: String
  @Parameter("Level", .range(1...10)) var orgUnitLevel = 2
  @Parameter("Share", .range(0.0...1.0)) var share = 0.5
  @Parameter("Mode") var mode = Mode.append
  @Parameter("Modes", .atLeast(1), .unique) var modes = [Mode.append]
  @Parameter("Month") var from: CalendarMonth? = nil
  @Parameter("Day") var day: CalendarDate? = nil
  @Parameter("Dry run") var dryRun = false
  @Parameter("Block") var dhis2: BlockReference<TestBlock> = "dhis2"

  init() {}
  func run(_ run: FlowRun) async throws -> String { sourceURL }
}

private struct TestBlock: Block {
  static let typeSlug = "test-block"
  init(_ values: BlockValues) throws {}
}

private struct Corner: ParameterGroup {
  @Parameter("Name") var name: String
  init() {}
}

private struct Area: ParameterGroup {
  @Parameter("Northern edge") var north: Double
  @Parameter("Southern edge") var south = 0.5
  @Parameter("Corner") var corner: Corner? = nil
  init() {}
}

private struct Grouped: Flow {
  static let name = "grouped"
  static let summary = "Has a group."
  @Parameter("Area") var area: Area
  @Parameter("Zone") var zone = TimeZone.gmt
  @Parameter("Site") var site: URL? = nil
  @Parameter("Week") var week: Period? = nil
  init() {}
  func run(_ run: FlowRun) async throws -> Int { 0 }
}

private struct WithStoredProperty: Flow {
  static let name = "with_stored_property"
  static let summary = ""
  var limit = 5
  init() {}
  func run(_ run: FlowRun) async throws -> Int { limit }
}

private struct WithBadDefault: Flow {
  static let name = "with_bad_default"
  static let summary = ""
  @Parameter("Level", .range(1...10)) var level = 12
  init() {}
  func run(_ run: FlowRun) async throws -> Int { level }
}

private struct WithBadName: Flow {
  static let name = "With Bad Name"
  static let summary = ""
  init() {}
  func run(_ run: FlowRun) async throws -> Int { 0 }
}

@Suite("Parameters of a flow") struct ParameterTests {
  @Test("The schema is Prefect's form of it")
  func schema() throws {
    let schema = try FlowDescription(of: Everything.self).schema
    #expect(
      schema.json == [
        "title": "Parameters", "type": "object", "required": ["source_url"], "additionalProperties": false,
        "definitions": [:],
        "properties": [
          "source_url": [
            "title": "source_url", "description": "Where from", "position": 0, "type": "string",
          ],
          "org_unit_level": [
            "title": "org_unit_level", "description": "Level", "position": 1, "default": 2, "type": "integer",
            "minimum": 1,
            "maximum": 10,
          ],
          "share": [
            "title": "share", "description": "Share", "position": 2, "default": 0.5, "type": "number",
            "minimum": 0.0,
            "maximum": 1.0,
          ],
          "mode": [
            "title": "mode", "description": "Mode", "position": 3, "default": "append", "type": "string",
            "enum": ["append", "replace"],
          ],
          "modes": [
            "title": "modes", "description": "Modes", "position": 4, "default": ["append"], "type": "array",
            "items": ["type": "string", "enum": ["append", "replace"]], "minItems": 1, "uniqueItems": true,
          ],
          "from": [
            "title": "from", "description": "Month", "position": 5, "default": nil,
            "anyOf": [["type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"], ["type": "null"]],
          ],
          "day": [
            "title": "day", "description": "Day", "position": 6, "default": nil,
            "anyOf": [["type": "string", "format": "date"], ["type": "null"]],
          ],
          "dry_run": [
            "title": "dry_run", "description": "Dry run", "position": 7, "default": false, "type": "boolean",
          ],
          "dhis2": [
            "title": "dhis2", "description": "Block", "position": 8, "default": "dhis2", "type": "string",
            "minLength": 1,
          ],
        ],
      ])
  }

  @Test("What is given lies over the defaults")
  func overlay() throws {
    let flow = try Everything.with([
      "source_url": "x", "org_unit_level": 3.0, "from": "2024-02", "modes": ["replace"],
    ])
    #expect(flow.sourceURL == "x")
    #expect(flow.orgUnitLevel == 3)
    #expect(flow.from == CalendarMonth("2024-02"))
    #expect(flow.modes == [.replace])
    #expect(flow.mode == .append)
    #expect(flow.dhis2.name == "dhis2")
    #expect(try flow.parameters["from"] == "2024-02")
  }

  @Test("Two flow values share nothing")
  func independence() throws {
    let first = try Everything.with(["source_url": "a"])
    let second = try Everything.with(["source_url": "b"])
    #expect(first.sourceURL == "a")
    #expect(second.sourceURL == "b")
  }

  @Test("Every fault of a document is listed at once, in the user's spelling")
  func faults() {
    let error = #expect(throws: ParameterFailure.self) {
      try Everything.with(["org_unit_level": 12, "modes": ["append", "snow"], "levle": 1])
    }
    #expect(
      error?.faults == [
        "org_unit_level must be at most 10, not 12",
        #"modes[1] must be one of "append", "replace", not "snow""#,
        "levle is not known; known are source_url, org_unit_level, share, mode, modes, from, day, dry_run, dhis2",
        "source_url is required",
      ])
    #expect(error?.kind == .configuration)
  }

  @Test("A value that the schema cannot judge is refused by its type")
  func unreadable() {
    let error = #expect(throws: ParameterFailure.self) {
      try Everything.with(["source_url": "x", "day": "2023-02-29"])
    }
    #expect(error?.faults == [#"day must be a day, YYYY-MM-DD, not "2023-02-29""#])
  }

  @Test("Parameters that belong together are one, with a definition of its own")
  func groups() throws {
    let schema = try FlowDescription(of: Grouped.self).schema
    #expect(schema["properties"]?["area"]?["$ref"] == "#/definitions/Area")
    #expect(schema["definitions"]?["Area"]?["required"] == ["north"])
    let flow = try Grouped.with([
      "area": ["north": 10, "corner": ["name": "x"]], "zone": "Africa/Freetown", "week": "2024W5",
    ])
    #expect(flow.area.north == 10 && flow.area.south == 0.5 && flow.area.corner?.name == "x")
    #expect(flow.zone.identifier == "Africa/Freetown")
    #expect(flow.week?.firstDay.description == "2024-01-29")
    #expect(try flow.parameters["area"] == ["north": 10.0, "south": 0.5, "corner": ["name": "x"]])
    let error = #expect(throws: ParameterFailure.self) {
      try Grouped.with(["area": ["north": "up", "east": 1], "zone": "Mars/Base", "site": "example.org"])
    }
    #expect(
      error?.faults == [
        #"area.north must be a number, not "up""#, "area.east is not known; known are north, south, corner",
      ])
    let unreadable = #expect(throws: ParameterFailure.self) {
      try Grouped.with(["area": ["north": 1], "zone": "Mars/Base", "site": "example.org", "week": "2024W60"])
    }
    #expect(
      unreadable?.faults == [
        #"zone must be a time zone such as Africa/Freetown, not "Mars/Base""#,
        #"site must be an address with scheme and host, not "example.org""#,
        #"week must be a period such as 20250201, 2025W5, 202502D1, 202502 or 2025Q1, not "2024W60""#,
      ])
  }

  @Test("An author's mistakes fail at start with a sentence that says what to change")
  func authorMistakes() {
    let stored = #expect(throws: Misconfiguration.self) { try Catalogue([WithStoredProperty.self]) }
    #expect(
      stored?.description
        == "flow with_stored_property has the stored property limit, which is no parameter. Mark it with @Parameter(\"description\"), or make it a computed property."
    )
    let badDefault = #expect(throws: Misconfiguration.self) { try Catalogue([WithBadDefault.self]) }
    #expect(
      badDefault?.message
        == "the default of parameter level of flow with_bad_default must be at most 10, not 12")
    #expect(throws: Misconfiguration.self) { try Catalogue([WithBadName.self]) }
    let twice = #expect(throws: Misconfiguration.self) { try Catalogue([Everything.self, Everything.self]) }
    #expect(twice?.message.hasPrefix("two flows have the name everything") == true)
  }

  @Test("An unknown flow is answered with the names there are")
  func unknownFlow() throws {
    let catalogue = try Catalogue([Everything.self])
    let error = #expect(throws: Misconfiguration.self) { try catalogue.flow(named: "nothing") }
    #expect(error?.description == "there is no flow \"nothing\". The flows are: everything.")
  }
}
