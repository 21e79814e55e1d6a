import Foundation
import FoundationEssentials
import JSON
import PrefectAPI

/// Things that tests need and do not look at.
enum Example {
  static func run(id: UUID = UUID(), name: String = "brave-fox") -> Prefect.FlowRun {
    let document: JSONValue = [
      "id": .string(id.wire), "name": .string(name), "flow_id": .string(UUID().wire),
      "deployment_id": .string(UUID().wire),
    ]
    do { return try Prefect.FlowRun(wire: document) } catch { preconditionFailure("\(error)") }
  }

  /// A folder of its own, which the caller removes.
  static func folder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-worker-\(UUID().wire)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }
}
