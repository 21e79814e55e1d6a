import Essentials
import Testing

@testable import Connectors

@Suite("Finding org units in JSON that comes in pieces") struct UnitScannerTests {
  private static let text =
    #"{ "organisationUnits" : [ {"id":"aaaaaaaaaa2","name":"id"}, {"name":"\"id\":\"no\"" , "path":"/root0000000/region00000/aaaaaaaaaa1", "openingDate":"1990-01-02T00:00:00.000", "closedDate": "2020-03-04" , "id" : "aaaaaaaaaa1" },{"id":"aaaaaaaaaa3","path":"/elsewhere00/aaaaaaaaaa3","openingDate":null} ], "id": 5 }"#

  @Test("Units are found wherever the pieces end", arguments: [1, 2, 3, 7, 1_000])
  func pieces(size: Int) {
    var scanner = UnitScanner(roots: ["region00000"])
    for piece in Array(Self.text.utf8).chunked(size) { scanner.push(Array(piece)) }
    #expect(scanner.isWhole)
    let units = scanner.takeUnits()
    #expect(units.count == 3)
    #expect(units.place(of: "aaaaaaaaaa2").map { units[$0].unit } == .init())
    #expect(
      units.place(of: "aaaaaaaaaa1").map { units[$0].unit }
        == .init(
          isCovered: true, opening: CalendarDate(year: 1990, month: 1, day: 2),
          closed: CalendarDate(year: 2020, month: 3, day: 4)))
    #expect(units.place(of: "aaaaaaaaaa3").map { units[$0].unit } == .init(isCovered: false))
    #expect(units.place(of: "no") == nil && units.place(of: "aaaaaaaaaa22") == nil)
  }

  @Test("A document that is cut off is not whole", arguments: [0, 1, 40, 100])
  func cutOff(length: Int) {
    var scanner = UnitScanner()
    scanner.push(Array(Self.text.utf8.prefix(length)))
    #expect(!scanner.isWhole)
  }

  @Test("Units come in any order, and a hint that is wrong does no harm", arguments: [-1, 0, 7, 99, 100])
  func order(hint: Int) {
    let ids = (0..<100).map { UID.made(from: "unit \($0)") }
    let units = AssignedUnits(ids.compactMap { AssignedUnits.Entry($0.utf8, .init()) })
    let sorted = ids.sorted()
    for (place, id) in sorted.enumerated() { #expect(units.place(of: id, near: hint) == place) }
    #expect(units.place(of: "zzzzzzzzzzz", near: hint) == nil && units.place(of: "", near: hint) == nil)
  }

  @Test("A unit takes 16 bytes, and days from 1900 to 2079 are kept in them")
  func size() throws {
    #expect(MemoryLayout<AssignedUnits.Entry>.stride == 16)
    func kept(_ opening: String, _ closed: String) throws -> [String?] {
      let unit = AssignedUnits.Unit(opening: CalendarDate(opening), closed: CalendarDate(closed))
      let kept = try #require(AssignedUnits.Entry("aaaaaaaaaa1".utf8, unit)).unit
      return [kept.opening?.description, kept.closed?.description]
    }
    #expect(try kept("1900-01-01", "2079-06-05") == ["1900-01-01", "2079-06-05"])
    #expect(try kept("1850-01-01", "9999-12-31") == ["1900-01-01", nil])
    #expect(try kept("1969-12-31", "1970-01-01") == ["1969-12-31", "1970-01-01"])
  }

  @Test("A unit is open from its first day to its last")
  func days() throws {
    let opening = try #require(CalendarDate(year: 2020, month: 1, day: 10))
    let day = Int32(opening.daysSinceEpoch)
    let entry = try #require(
      AssignedUnits.Entry("aaaaaaaaaa1".utf8, .init(opening: opening, closed: opening.adding(days: 5))))
    #expect(entry.isOpen(from: day, to: day + 5))
    #expect(!entry.isOpen(from: day - 1, to: day + 5) && !entry.isOpen(from: day, to: day + 6))
  }
}
