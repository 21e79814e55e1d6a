import Essentials
import Foundation
import PrefectAPI
import PrefectClient

/// Things as people name them on a command line; what is not there is an error that says where to look.
extension PrefectClient {
  /// A deployment by `flow/name` or by its id.
  func existingDeployment(_ text: String) async throws -> Prefect.Deployment {
    if let id = UUID(uuidString: text) {
      return try await existing("deployment \(text)", list: "deployment ls") { try await deployment(id) }
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw UsageError("\"\(text)\" names no deployment: expected flow/name, or an id")
    }
    return try await existing("deployment \(text)", list: "deployment ls") {
      try await deployment(flow: parts[0], name: parts[1])
    }
  }

  /// A flow run by its id, or by its name where one run alone has it.
  func existingFlowRun(_ text: String) async throws -> Prefect.FlowRun {
    if let id = UUID(uuidString: text) {
      return try await existing("flow run \(text)", list: "flow-run ls") { try await flowRun(id) }
    }
    var filters = Prefect.Filters()
    filters.flowRuns = Prefect.FlowRunFilter()
    filters.flowRuns?.name = .any(text)
    let runs = try await flowRuns(filters, limit: 2)
    guard runs.count < 2 else {
      throw UsageError(
        "more than one flow run has the name \(text); give the id, which `sluice flow-run ls` lists")
    }
    return try await existing("flow run \(text)", list: "flow-run ls") { runs.first }
  }

  func existingWorkPool(_ name: String) async throws -> Prefect.WorkPool {
    try await existing("work pool \(name)", list: "work-pool ls") { try await workPool(name) }
  }

  /// A block by `type/name` or by its id; its secrets masked.
  func existingBlock(_ text: String) async throws -> Prefect.BlockDocument {
    if let id = UUID(uuidString: text) {
      return try await existing("block \(text)", list: "block ls") {
        try await blockDocument(id, includeSecrets: false)
      }
    }
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw UsageError(
        "\"\(text)\" names no block: expected type/name, such as dhis2-credentials/dhis2, or an id")
    }
    return try await existing("block \(text)", list: "block ls") {
      try await blockDocument(type: parts[0], name: parts[1], includeSecrets: false)
    }
  }

  func existingBlockType(_ slug: String) async throws -> Prefect.BlockType {
    try await existing("block type \(slug)", list: "block type ls") { try await blockType(slug) }
  }

  /// What was found; both nil and the answer 404 are the same error, of the configuration.
  func existing<Value>(
    _ name: String, list: String, _ find: () async throws -> Value?
  ) async throws -> Value {
    do {
      if let value = try await find() { return value }
    } catch let failure as PrefectFailure where failure.isNotFound {}
    throw Misconfiguration(
      "the server has no \(name)", remedy: "`sluice \(list)` lists what there is at \(configuration.uiURL).")
  }
}
