import Foundation
import JSON

/// A stage of a Dockerfile: as much of the format as this project's files use.
struct Stage {
  let base: String
  var instructions: [(name: String, text: String)] = []

  func texts(_ name: String) -> [String] { instructions.filter { $0.name == name }.map(\.text) }

  /// The one that counts, which is the last.
  func last(_ name: String) -> String? { texts(name).last }

  /// What apt installs.
  var packages: [String] {
    texts("RUN").flatMap { text -> [String] in
      guard let start = text.firstRange(of: "apt-get install") else { return [] }
      let rest = text[start.upperBound...]
      return rest[..<(rest.firstRange(of: "&&")?.lowerBound ?? rest.endIndex)].split(separator: " ")
        .map(String.init).filter { !$0.hasPrefix("-") }
    }
  }

  var environment: [String: String] {
    var variables: [String: String] = [:]
    for pair in texts("ENV").flatMap({ $0.split(separator: " ") }) {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      variables[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
    return variables
  }

  /// The words of an instruction in its exec form; nil where it has none.
  func words(_ name: String) throws -> [String]? {
    guard let text = last(name), let start = text.firstIndex(of: "[") else { return nil }
    return try JSONValue(parsing: String(text[start...])).array?.compactMap(\.string)
  }

  /// The paths that a COPY from the build context names.
  var copied: [String] {
    texts("COPY").filter { !$0.hasPrefix("--from") }.compactMap {
      $0.split(separator: " ").first.map(String.init)
    }
  }
}

struct Dockerfile {
  let path: String
  let lines: [String]
  var build: Stage
  var runtime: Stage

  init(_ path: String) throws {
    self.path = path
    let text = try Project.text(path)
    lines = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    var stages: [String: Stage] = [:]
    var current = ""
    let whole = lines.joined(separator: "\n").replacing("\\\n", with: " ")
    for line in whole.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      if words[0] == "FROM" {
        current = words[3]
        stages[current] = Stage(base: words[1])
      } else {
        stages[current]?.instructions.append((words[0], words.dropFirst().joined(separator: " ")))
      }
    }
    guard let build = stages["build"], let runtime = stages["runtime"] else {
      throw CocoaError(.formatting)
    }
    self.build = build
    self.runtime = runtime
  }

  /// Everything but the last line, which is the command.
  var common: [String] { Array(lines.dropLast()) }
}
