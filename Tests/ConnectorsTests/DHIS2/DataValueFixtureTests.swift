import Essentials
import FoundationEssentials
import HTTP
import JSON
import Testing

@testable import Connectors

@Suite("Data values of DHIS2 beside the checkout", .enabled(if: Fixtures.arePresent))
struct DataValueFixtureTests {
  @Test("Data values in JSON, hoisted and not")
  func dataValues() throws {
    func read(_ name: String) throws -> DataValueSet { try DataValueSet(json: Fixtures.bytes(name)) }
    let bulk = try read("dhis2-core/json/dataValues_bulk.json")
    let values = bulk.values(defaultCombo: "HllvX50cXC0")
    #expect(
      values.count == 231 && values.count { $0.key.period == "201912" } == 222
        && values.allSatisfy { $0.key.orgUnit == "O6uvpzGd5pu" })
    let header = try read("dhis2-core/json/dataValues_single_dataset.json")
    #expect(header.dataSet == "VEM58nY22sO" && header.completeDate == nil && header.values().count == 2)
    #expect(try read("dhis2-core/json/dataValueSetJDeleteNoValue.json").rows.first?.value == nil)
    for (name, value) in [("J", "10"), ("JDeleteZeroValue", "0"), ("JDeleteNewValue", "9")] {
      let found = try read("dhis2-core/json/dataValueSet\(name).json").rows.first
      #expect(found?.value == value && found?.period == "201201", "\(name)")
    }
    for name in ["CreateDate", "CreateDateUpdated"] {
      #expect(try read("dhis2-core/json/dataValueSet\(name).json").values().count == 1)
    }
    let folder = "android-sdk/datavalue/data_values"
    for name in ["weekly", "monthly", "single_period", "TaMAefItzgt", "BfMAe6Itzgt", "lyLU2wR22tC"] {
      let set = try read("\(folder)_\(name).json")
      #expect(
        !set.rows.isEmpty && set.values().count == set.rows.count { !$0.isDeleted && $0.value != nil },
        "\(name)")
      #expect(set.values().allSatisfy { DHIS2Period(id: $0.key.period) != nil }, "\(name)")
    }
    let common = try read("\(folder)_only_common_fields.json")
    #expect(common.rows.isEmpty && common.period == "2021W10" && common.orgUnit == "DiszpKrYNg8")
    #expect(try read("\(folder)_empty.json").rows.isEmpty)
    let row = try JSONReader.read(Fixtures.bytes("android-sdk/datavalue/data_value.json")) {
      try DataValueSet.row(&$0)
    }
    #expect(row.dataElement == "s46m5MS0hxu" && row.value == "12" && row.period == "201712")
  }

  @Test("Data values in CSV")
  func csv() throws {
    func read(_ name: String) throws -> DataValueSet {
      try DataValueSet(csv: Fixtures.bytes("dhis2-core/csv/\(name).csv"))
    }
    let (with, without) = (try read("dataValueSetB").values(), try read("dataValueSetBNoHeader").values())
    #expect(with == without && with.count == 12 && with[0].value == "10001" && with[0].comment == "comment")
    #expect(with[0].key == .init(dataElement: "f7n9E0hX8qk", period: "201201", orgUnit: "DiszpKrYNg8"))
    #expect(try read("dataValueSetBooleanTest").rows.first?.value == "true")
    #expect(try read("dataValueSetWithDataSetHeader").values().map(\.value) == ["10001", "10002", "10003"])
    let units = try DataValueCSV.records(Fixtures.bytes("dhis2-core/csv/organisationUnits.csv"))
    #expect(units[1] == ["Root", "a1234567890", "ROOT", "", "R"])
  }

  @Test("Data values in XML and ADX")
  func xml() throws {
    func read(_ name: String) throws -> DataValueSet {
      try DataValueSet(xml: Fixtures.bytes("dhis2-core/xml/\(name).xml"))
    }
    let plain = try read("dataValueSetA")
    #expect(plain.dataSet == "pBOMPrpg1QX" && plain.values().map(\.value) == ["10001", "10002", "10003"])
    #expect(try read("dataValueSetBCode").rows.first?.dataElement == "DE_A")
    #expect(try read("dataValueSetBAttributeIdScheme").rows.count == 12)
    let header = try read("dataValueSetInvalid")
    #expect(header.completeDate == "2012-01-09" && header.values().allSatisfy { $0.key.period == "201201" })
    func groups(_ name: String) throws -> [ADX.Group] {
      try ADX.read(Fixtures.bytes("dhis2-core/adx/\(name).xml"))
    }
    let first = try groups("importA.adx")
    #expect(
      first.map(\.values.count) == [5, 1, 1, 1, 1] && first[0].values[4].annotation == "Text data value")
    #expect(first[0].values[0].dimensions == ["Sex_category": "FFFFFFFFFFF", "Age_category": "under555555"])
    #expect(
      first[2].dimensions == ["Mechanism_category": "PEPFARRRRRR"]
        && first[4].attributeOptionCombo == "cocMcDonald")
    #expect(first.map { ADX.period($0.period)?.id } == ["202001", "202002", "2021Q1", "2021Q1", "2021Q1"])
    for name in [
      "importB", "importC", "importDates", "importDatesUpdate", "exportA", "exportB", "exportC", "exportD",
    ] {
      let found = try groups("\(name).adx")
      #expect(
        !found.isEmpty && found.allSatisfy { ADX.period($0.period) != nil && !$0.values.isEmpty }, "\(name)")
    }
    #expect(try groups("adx_data_sample1").first?.values.isEmpty == false)
    #expect(try groups("adx_data_sample2").first?.dimensions == ["mechanism": "PEPFAR"])
  }
}
