import ArgumentParser
import Essentials
import Foundation
import JSON
import Runner

/// A run that has ended, as the command line shows it.
struct FinishedRun {
  let flow: String
  let id: UUID
  let outcome: RunOutcome
  /// Where log and artifacts are.
  let folder: String?

  /// Prints the result on the standard output, a failure on the standard error, and ends with the exit code.
  func report(asJSON: Bool) throws {
    if asJSON {
      print(document.text(.pretty))
    } else {
      switch outcome {
      case .completed(let result): print(result.text(.pretty))
      case .failed(let error): printError("error: \(Redaction.redact(Self.sentence(error)))")
      case .cancelled: printError("cancelled")
      }
    }
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }

  private var document: JSONValue {
    var document: JSONObject = [
      "flow": .string(flow), "id": .string(id.uuidString.lowercased()),
      "state": ["type": .string(outcome.stateType), "name": .string(outcome.stateName)],
    ]
    switch outcome {
    case .completed(let result): document["result"] = result
    case .failed(let error):
      let failure = error as? any Failure
      document["error"] = [
        "kind": .string(FailureKind(of: error).rawValue),
        "message": .string(Redaction.redact(failure?.message ?? Self.sentence(error))),
        "remedy": (failure?.remedy).map { .string(Redaction.redact($0)) } ?? .null,
      ]
    case .cancelled: break
    }
    if let folder {
      document["record"] = .string(folder)
      document["artifacts"] = .object(Self.artifacts(in: folder))
    }
    return .object(document)
  }

  /// The files of the artifacts, by their keys: what a run that failed has done is told there.
  private static func artifacts(in folder: String) -> JSONObject {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().reduce(into: [:]) { files, name in
      // Keys have no dots.
      guard name != "run.log", let key = name.split(separator: ".").first else { return }
      files[String(key)] = .string("\(folder)/\(name)")
    }
  }

  private static func sentence(_ error: any Error) -> String {
    (error as? any Failure)?.description ?? "a defect of this program: \(error)"
  }
}
