import FlowKit
import Flows
import Foundation
import Testing

/// The project as it lies on disk.
enum Project {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Data from outside the repository; nil where it is absent.
  static let fixtures: String? = {
    let path = root.deletingLastPathComponent().appending(path: "shared/fixtures").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }
}

@Suite("What every flow must have") struct CatalogueTests {
  static let descriptions = (try? Catalogue(Flows.all))?.descriptions ?? []

  @Test("The catalogue holds the flows, each declared rightly")
  func catalogue() throws {
    #expect(
      try Catalogue(Flows.all).descriptions.map(\.name) == [
        "retrieve_github_stars", "json_filter", "dhis2_org_units", "dhis2_era5_climate_import",
      ])
  }

  @Test("A flow has a summary of one sentence, and every parameter a description", arguments: descriptions)
  func words(description: FlowDescription) {
    #expect(description.summary.hasSuffix("."))
    for parameter in description.parameters { #expect(parameter.description.count > 3, "\(parameter.name)") }
  }

  @Test("A flow has a page with a table of its parameters and their defaults", arguments: descriptions)
  func page(description: FlowDescription) throws {
    let rows = try Project.text("docs/\(description.name).md").split(separator: "\n").filter {
      $0.hasPrefix("| `")
    }
    for parameter in description.parameters {
      let row = rows.first { $0.hasPrefix("| `\(parameter.name)` |") }
      #expect(row != nil, "docs/\(description.name).md has no row for \(parameter.name)")
      guard let row, let value = parameter.defaultValue, !value.isNull, value.array == nil else { continue }
      let text = value.string ?? value.text()
      #expect(
        row.contains("| \(text) |") || row.contains("| `\(text)` |"), "\(parameter.name): default \(text)")
    }
    let known = Set(description.parameters.map(\.name))
    let section = rows.prefix(while: { row in known.contains(String(row.split(separator: "`")[1])) })
    #expect(
      section.count == description.parameters.count, "the page has rows for parameters that the flow has not")
  }

  @Test("No parameter hides behind an option of the command line", arguments: descriptions)
  func collisions(description: FlowDescription) {
    let reserved: Set = ["params", "sandbox", "blocks", "json", "log_level", "help", "p"]
    #expect(reserved.isDisjoint(with: description.parameters.map(\.name)))
  }
}
