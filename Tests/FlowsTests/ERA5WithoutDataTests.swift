import FlowKit
import FlowKitTesting
import Foundation
import Testing

@testable import Climate
@testable import Connectors
@testable import Flows

@Suite("Org units that the store has no data for") struct ERA5WithoutDataTests {
  private static func units(_ count: Int, shift: Double = 0) -> [OrgUnit] {
    (0..<count).map { number in
      OrgUnit(
        id: "unit\(1_000_000 + number)", name: "Unit", level: 2, path: "/unit\(1_000_000 + number)",
        geometry: Array(#"{"type":"Point","coordinates":[\#(10 + shift),5]}"#.utf8))
    }
  }

  private func values(_ units: [OrgUnit], without: Range<Int>) throws -> ERA5Values {
    var values = ERA5Values(
      units: units, capabilities: Capabilities(Connectors.DHIS2Version(2, 42, 6)), now: .distantFuture)
    let month = try #require(CalendarMonth("2025-01"))
    values.add(.meanTemperature, ERA5Period(month), version: .final) { place in
      without.contains(place) ? (nil, .noData, nil) : (20, .ok, nil)
    }
    return values
  }

  @Test("They are remembered for as long as their border stays, in any number")
  func remembered() async throws {
    let test = TestRun()
    let run = test.flowRun()
    let units = Self.units(400)
    let note = ERA5WithoutData(zones: try ERA5Zones(units, selection: "all"), selection: "all")
    #expect(try await note.units(run) == [])
    try await note.keep(try values(units, without: 0..<350), run)
    #expect(try await note.units(run) == Set(units[..<350].map(\.id)))
    // Whoever has a value by now is taken out.
    try await note.keep(try values(units, without: 0..<10), run)
    #expect(try await note.units(run) == Set(units[..<10].map(\.id)))
    let moved = ERA5WithoutData(
      zones: try ERA5Zones(Self.units(400, shift: 1), selection: "all"), selection: "all")
    #expect(try await moved.units(run) == [])
  }
}
