import FlowKit
import Testing

@testable import SluiceCLI

private enum Mode: String, CaseIterable, ParameterChoice { case append, replace }

private struct Alpha: Flow {
  static let name = "alpha"
  static let summary = "First."
  @Parameter("Mode") var mode = Mode.append
  @Parameter("Dry run") var dryRun = false
  init() {}
  func run(_ run: FlowRun) async throws -> Int { 0 }
}

private struct Alps: Flow {
  static let name = "alps"
  static let summary = "Second."
  init() {}
  func run(_ run: FlowRun) async throws -> Int { 0 }
}

@Suite("Completion of a run") struct CompletionTests {
  @Test(
    "Flows first, then options, then the choices of an option",
    arguments: [
      (["sluice", "run"], "", ["alpha", "alps"]), (["sluice", "run", "alp"], "alp", ["alpha", "alps"]),
      (["sluice", "run", "alpha"], "alpha", ["alpha"]),
      (["sluice", "run", "alpha", "--d"], "--d", ["--dry-run"]),
      (["sluice", "run", "alpha", "--mode", ""], "", ["append", "replace"]),
      (["sluice", "run", "alpha", "--mode", "r"], "r", ["replace"]),
      (["sluice", "run", "alps", "--j"], "--j", ["--json"]), (["sluice", "run", "beta"], "beta", []),
    ])
  func complete(words: [String], prefix: String, expected: [String]) throws {
    let descriptions = try Catalogue([Alpha.self, Alps.self]).descriptions
    #expect(FlowCompletion.complete(words: words, prefix: prefix, descriptions: descriptions) == expected)
  }
}
