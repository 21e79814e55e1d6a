import Essentials
import Testing

@testable import Connectors

@Suite("libxml2") struct XMLLibraryTests {
  @Test("Every function that is used is found, and its version is told as people write it")
  func symbols() throws {
    let parts = try XMLLibrary.version.split(separator: ".").map { Int($0) }
    #expect(parts.count == 3 && parts[0] == 2)
  }

  @Test("What has no bytes is no XML, and needs no library")
  func nothing() throws {
    #expect(throws: XMLText.Malformed.self) { try XMLText.read([]) { _, _ in } }
    #expect(try S3ErrorBody([]) == nil)
  }
}
