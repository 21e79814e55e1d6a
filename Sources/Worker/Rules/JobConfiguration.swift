import Essentials
package import JSON

/// What a run's job variables say about its process.
package struct JobConfiguration: Sendable, Equatable {
  /// Nil for a flow of this program.
  package var command: [String]?
  /// Null takes a variable away.
  package var environment: [String: String?] = [:]
  package var workingFolder: String?
  package var streamsOutput = true
  package var timeout: Duration?
  package var memoryLimit: MemorySize?

  package init() {}

  /// Reads a filled configuration.
  ///
  /// - Throws: `Misconfiguration` that names the job variable that is not as it must be.
  package init(_ document: JSONObject) throws {
    if let command = try Self.text(document, "command") { self.command = try CommandWords.split(command) }
    for (name, value) in try Self.object(document, "env") {
      environment.updateValue(value.isNull ? nil : value.string ?? value.text(), forKey: name)
    }
    workingFolder = try Self.text(document, "working_dir")
    if let flag = document["stream_output"], !flag.isNull {
      guard let flag = flag.bool ?? flag.string.flatMap({ Bool($0.lowercased()) }) else {
        throw Self.fault("stream_output", flag, "true or false")
      }
      streamsOutput = flag
    }
    if let limit = document["timeout"], !limit.isNull {
      guard let seconds = limit.double ?? limit.string.flatMap({ Double($0) }), seconds > 0, seconds < 1e9
      else {
        throw Self.fault("timeout", limit, "a number of seconds above 0")
      }
      timeout = .seconds(seconds)
    }
    if let limit = document["memory_limit"], !limit.isNull {
      guard let size = MemorySize(limit.string ?? limit.text()) else {
        throw Self.fault("memory_limit", limit, "an amount of memory such as 512Mi, 2G or a number of bytes")
      }
      memoryLimit = size
    }
  }

  private static func text(_ document: JSONObject, _ name: String) throws -> String? {
    guard let value = document[name], !value.isNull else { return nil }
    guard let text = value.string else { throw fault(name, value, "a text") }
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }

  private static func object(_ document: JSONObject, _ name: String) throws -> JSONObject {
    guard let value = document[name], !value.isNull else { return [:] }
    guard let object = value.object else { throw fault(name, value, "an object of texts") }
    return object
  }

  private static func fault(_ name: String, _ value: JSONValue, _ expected: String) -> Misconfiguration {
    // Without the value of an environment, which may be a secret.
    let shown = name == "env" ? value.typeInWords : value.text()
    return Misconfiguration(
      "the job variable \(name) is \(shown) and must be \(expected)",
      remedy: "Change it in the deployment's job_variables, or in the base job template of the work pool.")
  }
}
