import Testing

@testable import Connectors

@Suite("Finding ids in JSON that comes in pieces") struct IDScannerTests {
  private static let text =
    #"{ "organisationUnits" : [ {"id":"aaaaaaaaaa1","name":"id"}, {"name":"\"id\":\"no\"" , "id" : "aaaaaaaaaa2" } ], "id": 5 }"#

  @Test("Ids are found wherever the pieces end", arguments: [1, 2, 3, 7, 1_000])
  func pieces(size: Int) {
    var scanner = IDScanner()
    for piece in Array(Self.text.utf8).chunked(size) { scanner.push(Array(piece)) }
    #expect(scanner.codes == ["aaaaaaaaaa1", "aaaaaaaaaa2"].map { UIDSet.code($0) })
    #expect(scanner.isWhole)
  }

  @Test("A document that is cut off is not whole", arguments: [0, 1, 40, 100])
  func cutOff(length: Int) {
    var scanner = IDScanner()
    scanner.push(Array(Self.text.utf8.prefix(length)))
    #expect(!scanner.isWhole)
  }
}
