import Climate
import Glibc
import JSON
import Testing

/// The indicators against MetPy and xclim, whose values `make test-indicators` lays into a file.
@Suite struct PeersTests {
  static let references = getenv("SLUICE_INDICATOR_REFERENCES").map { String(cString: $0) }

  @Test(.enabled(if: references != nil)) func indicatorsAgreeWithMetPyAndXclim() throws {
    let document = try JSONValue(parsing: FileOutput.read(try #require(Self.references)))
    let rows = try #require(document["rows"]?.array)
    var compared: [String: Int] = [:]
    for row in rows {
      let id = try #require(row["indicator"]?.string)
      let peer = try #require(row["peer"]?.string)
      let indicator = try #require(Indicator.all.first { $0.id == id }, "there is no indicator \(id)")
      let inputs = try #require(row["inputs"]?.array).map { try #require($0.double) }
      let expected = try #require(row["value"]?.double)
      let tolerance = try #require(row["tolerance"]?.double)
      let found = indicator.value(inputs)
      #expect(
        abs(found - expected) <= tolerance,
        "\(id) of \(inputs): \(found), \(peer) has \(expected)")
      compared["\(id) \(peer)", default: 0] += 1
    }
    for id in ["relative_humidity", "vapour_pressure_deficit", "heat_index", "wind_speed"] {
      for peer in ["MetPy", "xclim"] {
        #expect(compared["\(id) \(peer)", default: 0] >= 6, "\(id) by \(peer)")
      }
    }
  }
}
