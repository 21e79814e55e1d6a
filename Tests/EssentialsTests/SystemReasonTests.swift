import Essentials
import FoundationEssentials
import Testing

@Suite("Why the system refused something, in its own words") struct SystemReasonTests {
  private func reason(_ body: () throws -> Void) -> String? {
    #expect(throws: (any Error).self) { try body() }?.systemReason
  }

  @Test("What Foundation throws is one short sentence")
  func short() {
    let files = FileManager.default
    #expect(
      reason { _ = try files.contentsOfDirectory(atPath: "/no/folder") } == "No such file or directory")
    #expect(reason { _ = try files.contentsOfDirectory(atPath: "/proc/version") } == "Not a directory")
    #expect(reason { _ = try Data(contentsOf: URL(filePath: "/proc")) } == "Is a directory")
    #expect(
      reason { try Data().write(to: URL(filePath: "/no/folder/x"), options: .atomic) }
        == "No such file or directory")
    #expect(
      reason { try files.createDirectory(atPath: "/proc/version/x", withIntermediateDirectories: true) }
        == "Not a directory")
  }

  @Test("An error of our own says what it says")
  func own() { #expect(reason { throw Misconfiguration("made up") } == "made up") }
}
