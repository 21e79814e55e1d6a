import Essentials
import FoundationEssentials
import JSON
import Sandbox
import Testing

@testable import Connectors

@Suite("Exporting data values") struct ExportTests {
  private func stream(_ values: [DataValue]) -> AsyncStream<DataValue> {
    AsyncStream { continuation in
      for value in values { continuation.yield(value) }
      continuation.finish()
    }
  }

  private func key(_ element: String, _ period: String, _ unit: String, combo: String? = nil) -> DataValue.Key
  {
    .init(dataElement: element, period: period, orgUnit: unit, categoryOptionCombo: combo)
  }

  /// What an export writes.
  private func written(_ name: String, _ work: (LocationWriter) async throws -> Void) async throws -> [UInt8]
  {
    let folder = try TestFolder()
    let storage = Storage(clock: ImpatientClock()) { throw Fault("no object storage here") }
    let writer = try await storage.writer(to: folder.location(name))
    try await work(writer)
    try await writer.finish()
    return try folder.bytes(name)
  }

  @Test("CSV has the names of 2.43 in the order of 2.42, and reads back as it was")
  func csv() async throws {
    let values = [
      DataValue(key("fClA2Erf6IO", "202401", "O6uvpzGd5pu"), value: "26.4137"),
      DataValue(
        key("fClA2Erf6IO", "202401", "fdc6uOvgoji", combo: "HllvX50cXC0"), value: "-1",
        comment: "a \"b\",\nc",
        followUp: true),
    ]
    let bytes = try await written("values.csv") { writer in
      let count = try await DataValueExport.csv(stream(values), to: writer)
      #expect(count == 2)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(
      text == """
        dataElement,period,orgUnit,categoryOptionCombo,attributeOptionCombo,value,storedBy,lastUpdated,comment,followUp,deleted
        fClA2Erf6IO,202401,O6uvpzGd5pu,,,26.4137,,,,,
        fClA2Erf6IO,202401,fdc6uOvgoji,HllvX50cXC0,,-1,,,"a ""b"",\nc",true,

        """)
    #expect(try DataValueSet(csv: bytes).values() == values)
  }

  @Test("CSV that ends within quotes is refused")
  func brokenCSV() {
    #expect(throws: Rejection.self) { try DataValueSet(csv: Array("\"a,b".utf8)) }
  }

  @Test("ADX groups by period and unit, and writes periods as their beginning and length")
  func adx() async throws {
    let values = [
      DataValue(key("temperature", "202401", "unit & <one>"), value: "1.5", comment: "made up"),
      DataValue(key("rain", "202401", "unit & <one>", combo: "combo"), value: "0"),
      DataValue(key("rain", "2024W5", "two"), value: "true"),
      DataValue(key("rain", "2024NovQ1", "two"), value: "7"),
    ]
    let bytes = try await written("values.xml") { writer in
      let count = try await DataValueExport.adx(stream(values), dataSet: "climate", to: writer)
      #expect(count == 4)
    }
    let groups = try ADX.read(bytes)
    #expect(groups.map(\.period) == ["2024-01-01/P1M", "2024-01-29/P7D", "2023-11-01/P3M"])
    #expect(groups.map(\.orgUnit) == ["unit & <one>", "two", "two"] && groups[0].dataSet == "climate")
    #expect(
      groups[0].values.map(\.value) == ["1.5", "0"] && groups[0].values[1].categoryOptionCombo == "combo")
    #expect(groups[0].values[0].annotation == "made up")
    // A text stands beside the number that the standard asks for.
    #expect(groups[1].values[0].value == "0" && groups[1].values[0].annotation == "true")
    #expect(String(decoding: bytes.prefix(38), as: UTF8.self) == "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
  }

  @Test("ADX of what is no period is refused")
  func badPeriod() async throws {
    let bad = [DataValue(key("a", "202413", "b"), value: "1")]
    await #expect(throws: Rejection.self) {
      try await written("values.xml") { writer in
        _ = try await DataValueExport.adx(stream(bad), dataSet: "c", to: writer)
      }
    }
  }

  @Test("Bytes that are no XML are refused", arguments: ["", "<adx", "<adx><group/></adx>", "{}"])
  func noXML(text: String) { #expect(throws: Rejection.self) { try ADX.read(Array(text.utf8)) } }

  @Test(
    "Periods in ADX",
    arguments: [
      ("20240131", "2024-01-31/P1D"), ("2024W5", "2024-01-29/P7D"), ("2024BiW3", "2024-01-29/P14D"),
      ("202402", "2024-02-01/P1M"), ("202402B", "2024-03-01/P2M"), ("2024Q2", "2024-04-01/P3M"),
      ("2024S1", "2024-01-01/P6M"), ("2024", "2024-01-01/P1Y"), ("2024Oct", "2024-10-01/P1Y"),
    ])
  func periods(id: String, text: String) throws {
    let period = try #require(DHIS2Period(id: id))
    #expect(ADX.period(period) == text && ADX.period(text)?.firstDay == period.firstDay)
    #expect(ADX.period(text)?.id == id)
  }

  @Test("What a server holds is exported as a stream", arguments: SandboxRelease.allCases)
  func fromServer(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let values = scene.values("202301") + scene.values("202302", text: "2")
      _ = try await scene.server.importValues(values, options: scene.options())
      var found: [DataValue] = []
      let query = DataValueQuery(
        dataSet: scene.dataSet, periods: ["202301", "202302"], orgUnits: [scene.units[0].root])
      for try await value in scene.server.values(query) { found.append(value) }
      #expect(Set(found.map(\.key)) == Set(values.map(\.key)) && found.count == values.count)
      #expect(found == found.sorted { $0.key < $1.key })
    }
  }
}
