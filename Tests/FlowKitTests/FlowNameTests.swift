import FlowKit
import Testing

private protocol Name: Sendable { static var text: String { get } }
private enum Plain: Name { static let text = "a_1z" }
private enum Digit: Name { static let text = "9lives" }
private enum Dash: Name { static let text = "two-words" }
private enum Capital: Name { static let text = "daysOf" }
private enum Accent: Name { static let text = "naïve" }
private enum Nothing: Name { static let text = "" }

private struct Named<Text: Name>: Flow {
  static var name: String { Text.text }
  static var summary: String { "Has a name." }
  init() {}
  func run(_ run: FlowRun) async throws -> Int { 0 }
}

@Suite("Names of flows") struct FlowNameTests {
  @Test("Small letters, digits and underscores are a name")
  func plain() throws {
    #expect(try FlowDescription(of: Named<Plain>.self).name == "a_1z")
  }

  @Test("Anything else is refused, with what a name is made of")
  func refused() {
    let flows: [any Flow.Type] = [
      Named<Digit>.self, Named<Dash>.self, Named<Capital>.self, Named<Accent>.self, Named<Nothing>.self,
    ]
    for flow in flows {
      let failure = #expect(throws: Misconfiguration.self) { try FlowDescription(of: flow) }
      #expect(
        failure?.remedy == "Use lower-case letters, digits and underscores, beginning with a letter.")
    }
  }
}
