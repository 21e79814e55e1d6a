import Essentials
import Foundation
import JSON
import PrefectAPI

/// Values that a command line gives, by name.
enum GivenParameters {
  /// Reads `key=value` pairs, whose values are JSON where they can be read as such and text otherwise, as Prefect's
  /// own command line does, together with a document, over which they go.
  ///
  /// - Parameter document: a JSON object; `-` reads it from the standard input.
  static func read(
    pairs: [String], document: String? = nil, option: String = "--param", documentOption: String = "--params"
  ) throws -> JSONObject {
    var parameters = JSONObject()
    for pair in pairs {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw UsageError("\(option) \(pair): expected key=value")
      }
      guard parameters[parts[0]] == nil else { throw UsageError("\(option) gives \(parts[0]) twice") }
      parameters[parts[0]] = value(parts[1])
    }
    guard let document else { return parameters }
    for (name, value) in try object(document, documentOption) {
      if parameters[name] == nil {
        parameters[name] = value
      } else {
        printError("note: both \(option) and \(documentOption) give \(name); that of \(option) counts")
      }
    }
    return parameters
  }

  /// JSON where the text is JSON, else the text.
  static func value(_ text: String) -> JSONValue { (try? JSONValue(parsing: text)) ?? .string(text) }

  private static func object(_ text: String, _ option: String) throws -> JSONObject {
    let text =
      text == "-" ? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) : text
    do {
      if let object = try JSONValue(parsing: text).object { return object }
    } catch { throw UsageError("\(option) is no JSON object: \(error)") }
    throw UsageError(
      "\(option) is no JSON object, but \((try? JSONValue(parsing: text).typeInWords) ?? "text")")
  }

  /// Whether a deployment takes these values over its own, by its schema: before anything is sent.
  static func check(_ given: JSONObject, of deployment: Prefect.Deployment, named name: String) throws {
    guard let document = deployment.parameterOpenapiSchema else { return }
    let schema = JSONSchema(document)
    let known = schema["properties"]?.object?.keys ?? []
    if let unknown = given.keys.first(where: { !known.contains($0) }) {
      throw Misconfiguration(
        "the deployment \(name) has no parameter \(unknown)",
        remedy: known.isEmpty ? "It has none at all." : "It has: \(known.joined(separator: ", ")).")
    }
    guard deployment.enforceParameterSchema else { return }
    var values = deployment.parameters
    for (key, value) in given { values[key] = value }
    let faults = schema.faults(in: .object(values))
    guard !faults.isEmpty else { return }
    let sentences = faults.map {
      "\($0.path.isEmpty ? "they" : $0.path.joined(separator: ".")) \($0.problem)"
    }
    throw Misconfiguration(
      "the parameters do not fit the deployment \(name): \(sentences.joined(separator: "; "))")
  }
}
