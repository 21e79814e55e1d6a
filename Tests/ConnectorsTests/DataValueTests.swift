import Essentials
import Testing

@testable import Connectors

@Suite("Values in DHIS2's form") struct DataValueTests {
  @Test(
    "Numbers are plain decimals without needless zeros",
    arguments: [
      (26.41372, "26.4137"), (26.0, "26"), (0.1 + 0.2, "0.3"), (-0.00001, "0"), (-0.0, "0"), (1e-7, "0"),
      (123456789.5, "123456789.5"),
      (1e21, "1000000000000000000000"), (-12.30004, "-12.3"), (0.00005, "0.0001"), (2.00004999, "2"),
    ])
  func format(number: Double, text: String) { #expect(DataValueFormat.text(number, decimals: 4) == text) }

  @Test("The quick way gives what printing gives, halves and their neighbours included", arguments: 0...10)
  func quickFormat(decimals: Int) {
    var random = Numbers(state: UInt64(decimals))
    for _ in 0..<2_000 {
      // Sixteenths, so that there are many halves; then any number.
      let number = Double(random.below(1 << 24) - (1 << 23)) / 65_536
      let other = Double(random.below(1 << 40)) * 1e-7 - 5e4
      for number in [number, number.nextUp, number.nextDown, other] {
        #expect(DataValueFormat.text(number, decimals: decimals) == DataValueFormat.printed(number, decimals))
      }
    }
  }

  @Test("What is no number has no text", arguments: [Double.nan, .infinity, -.infinity])
  func noNumber(number: Double) { #expect(DataValueFormat.text(number, decimals: 4) == nil) }

  @Test("Values are compared as numbers where they are numbers")
  func comparison() {
    let value = DataValue(.init(dataElement: "a", period: "202401", orgUnit: "b"), value: "5")
    #expect(value.hasValue("5.0"))
    #expect(!value.hasValue("5.01"))
    #expect(!value.hasValue(""))
    #expect(!value.hasValue("5.0", isNumber: false))
  }

  @Test(
    "Numbers are the same whatever zeros follow, and differ in any digit; what is no plain number is a text",
    arguments: [
      ("0", "-0.00", true), ("1.50", "1.5", true), ("-1.0", "-1", true), ("100", "1", false),
      ("9007199254740993", "9007199254740992", false), ("0.1", "0.10000000000000000001", false),
      ("0123", "123", false), ("1e3", "1000", false), ("inf", "Infinity", false),
    ])
  func numbers(one: String, other: String, isSame: Bool) {
    let key = DataValue.Key(dataElement: "a", period: "202401", orgUnit: "b")
    #expect(DataValue(key, value: one).hasValue(other) == isSame)
    #expect(DataValue(key, value: other).hasValue(one) == isSame)
  }

  @Test("A month is a DHIS2 period")
  func period() throws { #expect(try #require(CalendarMonth("2024-03")).dhis2Period == "202403") }

  @Test(
    "Versions are read as servers write them",
    arguments: [("2.42.6", 42, 6), ("2.44-SNAPSHOT", 44, 0), ("2.40.9-1", 40, 9), ("2.43", 43, 0)])
  func version(text: String, minor: Int, patch: Int) {
    #expect(DHIS2Version(text) == DHIS2Version(2, minor, patch))
  }

  @Test("What is no version is nil", arguments: ["", "x", "2", "two.one"])
  func noVersion(text: String) { #expect(DHIS2Version(text) == nil) }
}
