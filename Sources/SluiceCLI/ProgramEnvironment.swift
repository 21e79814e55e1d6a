import Essentials
import Foundation

/// The environment of the process, with what stands in `.env`; variables that are set already win.
enum ProgramEnvironment {
  static func current(folder: String = ".") throws -> [String: String] {
    let process = ProcessInfo.processInfo.environment
    guard let data = FileManager.default.contents(atPath: "\(folder)/.env") else { return process }
    return try parse(String(decoding: data, as: UTF8.self)).merging(process) { $1 }
  }

  /// Reads lines `NAME=value`, `export NAME="value"`, comments and empty lines. Single quotes keep everything as it
  /// is; double quotes know `\n`, `\"` and `\\`; a bare value ends before ` #`.
  static func parse(_ text: String) throws -> [String: String] {
    var variables: [String: String] = [:]
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var line = line.trimmingCharacters(in: .whitespacesAndNewlines)
      if line.isEmpty || line.hasPrefix("#") { continue }
      if line.hasPrefix("export ") { line = String(line.dropFirst(7)) }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0].trimmingCharacters(in: .whitespaces)
      guard parts.count == 2, name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
        throw Misconfiguration(".env, line \(index + 1): expected NAME=value")
      }
      guard let value = unquote(parts[1].trimmingCharacters(in: .whitespaces)) else {
        throw Misconfiguration(".env, line \(index + 1): a quote that does not end")
      }
      variables[name] = value
    }
    return variables
  }

  private static func unquote(_ value: String) -> String? {
    guard let quote = value.first, quote == "\"" || quote == "'" else {
      guard let comment = value.firstRange(of: " #") else { return value }
      return value[..<comment.lowerBound].trimmingCharacters(in: .whitespaces)
    }
    var result = ""
    var escaped = false
    for letter in value.dropFirst() {
      if escaped {
        result.append(letter == "n" ? "\n" : letter)
        escaped = false
      } else if letter == "\\", quote == "\"" {
        escaped = true
      } else if letter == quote {
        return result
      } else {
        result.append(letter)
      }
    }
    return nil
  }
}
