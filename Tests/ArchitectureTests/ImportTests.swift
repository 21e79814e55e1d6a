import Foundation
import Testing

/// The project as it lies on disk.
private enum Project {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func folders(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path).sorted()
  }

  static func swiftFiles(in path: String) -> [URL] {
    let files = FileManager.default.enumerator(
      at: root.appending(path: path), includingPropertiesForKeys: nil)
    return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
  }
}

@Suite("The house is as ARCHITECTURE.md draws it") struct ImportTests {
  /// What every target may import.
  static let everywhere: Set = [
    "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch", "Swift",
  ]

  /// The table: target, and what it may import.
  static func table() throws -> [(target: String, imports: Set<String>)] {
    try Project.text("ARCHITECTURE.md").split(separator: "\n").drop { !$0.hasPrefix("| target |") }.dropFirst(
      2
    )
    .prefix { $0.hasPrefix("|") }
    .map { row in
      let cells = row.split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      let imports = cells[3].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      return (cells[1], Set(imports))
    }
  }

  @Test("Every target stands in the table, and nothing else does")
  func targets() throws {
    #expect(try Self.table().map(\.target).sorted() == Project.folders(in: "Sources"))
  }

  @Test("A target imports what the table allows")
  func imports() throws {
    let expression = try Regex(
      #"^\s*(?:@\w+ +)*(?:public |package |internal |fileprivate |private )?import +(?:struct |class |enum |func |protocol |var )?(\w+)"#
    )
    for (target, allowed) in try Self.table() {
      for file in Project.swiftFiles(in: "Sources/\(target)") {
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
          guard let match = try expression.prefixMatch(in: line),
            let module = match[1].substring.map(String.init)
          else { continue }
          #expect(
            allowed.contains(module) || Self.everywhere.contains(module),
            "\(target)/\(file.lastPathComponent) imports \(module); ARCHITECTURE.md allows \(allowed.sorted().joined(separator: ", "))"
          )
        }
      }
    }
  }

  @Test("Arrows point one way: a target imports only targets that stand above it in the table")
  func direction() throws {
    let table = try Self.table()
    let order = Dictionary(uniqueKeysWithValues: table.enumerated().map { ($1.target, $0) })
    for (place, row) in table.enumerated() {
      for module in row.imports {
        if let other = order[module] {
          #expect(other < place, "\(row.target) imports \(module), which stands below it")
        }
      }
    }
  }

  @Test("Package.swift gives every target the dependencies of the table")
  func manifest() throws {
    let manifest = try Project.text("Package.swift")
    for (target, _) in try Self.table() {
      #expect(manifest.contains("\"\(target)\""), "Package.swift does not name \(target)")
    }
  }
}

@Suite("docs/errors.md tells the truth") struct ErrorPageTests {
  @Test("Every message has a test, and the test exists")
  func tests() throws {
    let rows = try Project.text("docs/errors.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
      .map {
        $0.split(separator: "|", omittingEmptySubsequences: false).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
      }
      .filter { $0.count == 6 && $0[1] != "message" }
    #expect(rows.count > 30)
    let sources = try Project.swiftFiles(in: "Tests").map { try String(contentsOf: $0, encoding: .utf8) }
    for row in rows {
      #expect(sources.contains { $0.contains("\"\(row[4])\"") }, "no test is called: \(row[4])")
    }
  }
}
