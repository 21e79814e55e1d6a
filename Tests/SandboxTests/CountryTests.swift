import JSON
import Sandbox
import Testing

@testable import Sandbox

@Suite struct CountryTests {
  /// Counterclockwise, twice over.
  private func area(_ geometry: SandboxGeometry?) -> Double {
    (geometry?.polygons ?? []).joined().reduce(0) { sum, ring in
      sum
        + zip(ring, ring.dropFirst()).reduce(0) {
          $0 + $1.0.longitude * $1.1.latitude - $1.1.longitude * $1.0.latitude
        }
    }
  }

  @Test(arguments: [(SandboxCountrySize.small, 60), (.full, 1300)])
  func itHasTheSizeTheLevelsAndTheOddities(size: SandboxCountrySize, count: Int) {
    let units = Country.madeUp(size: size, seed: 1).units
    #expect(units.count == count)
    #expect(Set(units.map(\.level)) == [1, 2, 3, 4])
    #expect(Set(units.map(\.id)).count == count)
    #expect(units.allSatisfy { UID.isValid($0.id) })
    #expect(units.contains { $0.geometry == nil && $0.level == 3 })
    #expect(units.contains { $0.code == nil })
    #expect(units.contains { $0.closedDate != nil })
    #expect(units.contains { if case .multiPolygon = $0.geometry { $0.level == 3 } else { false } })
    #expect(Set(units.map(\.name)).count < count)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func regionsAndDistrictsCoverTheCountryExactly(seed: UInt64) {
    let units = Country.madeUp(size: .small, seed: seed).units
    let whole = area(units[0].geometry)
    let regions = units.filter { $0.level == 2 }.map { area($0.geometry) }.reduce(0, +)
    let districts = units.filter { $0.level == 3 && $0.name != "Crossways" }.map { area($0.geometry) }.reduce(
      0, +)
    #expect(whole > 1)
    #expect(abs(regions - whole) < 1e-9)
    #expect(abs(districts - whole) < 1e-9)
  }

  @Test func theReefIsNoLandAndTheSameSeedIsTheSameCountry() throws {
    let country = Country.madeUp(size: .small, seed: 1)
    let reef = try #require(country.units.first { $0.name == "Far Reef" })
    let ring = try #require(reef.geometry?.polygons.first?.first)
    #expect(!ring.contains { country.land.contains($0) })
    #expect(Country.madeUp(size: .small, seed: 1).units == country.units)
    #expect(Country.madeUp(size: .small, seed: 2).units != country.units)
  }

  @Test func aFileMayBeTheCountry() async throws {
    let content = """
      {"type": "FeatureCollection", "features": [{"type": "Feature", "id": "O6uvpzGd5pu", "properties": {"name": "Bo"},
      "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}]}
      """
    try await withTemporaryFile(Array(content.utf8)) { path in
      try await withSandbox {
        $0.orgUnitsFile = path
      } _: { sandbox in
        let answer = try await sandbox.dhis2(
          "organisationUnits?filter=level:eq:2&fields=id,name,path,geometry")
        let unit = answer.json["organisationUnits"]?[0]
        #expect(unit?["id"] == "O6uvpzGd5pu")
        #expect(unit?["name"] == "Bo")
        #expect(unit?["geometry"]?["coordinates"]?[0]?[2] == [1.0, 1.0])
      }
    }
    try await withTemporaryFile(Array(content.replacing("O6uvpzGd5pu", with: "2300101").utf8)) { path in
      await #expect(throws: (any Error).self) {
        try await withSandbox {
          $0.orgUnitsFile = path
        } _: { _ in
        }
      }
    }
  }
}
