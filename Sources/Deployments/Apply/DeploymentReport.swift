public import Essentials
public import FoundationEssentials
public import JSON

/// What deploying did.
public struct DeploymentReport: Sendable {
  public enum Status: String, Sendable {
    case applied, unchanged, pruned, failed
  }

  /// What became of one deployment.
  public struct Row: Sendable {
    /// `flow/name`; a flow by itself where it was left without deployments and removed.
    public let name: String
    public let status: Status
    public let details: String
    public let id: UUID?
    /// Whether something is left as somebody set it on the server.
    let hasDrift: Bool
    /// Why it failed.
    public let failure: (any Failure)?

    init(
      name: String, status: Status, details: String, id: UUID?, hasDrift: Bool = false,
      failure: (any Failure)? = nil
    ) {
      self.name = name
      self.status = status
      self.details = details
      self.id = id
      self.hasDrift = hasDrift
      self.failure = failure
    }
  }

  public let rows: [Row]
  private var hasDrift: Bool { rows.contains(where: \.hasDrift) }
  public let skipped: [DeploymentSet.Skipped]

  /// The first failure; nil where all went well.
  public var failure: (any Failure)? { rows.lazy.compactMap(\.failure).first }

  /// The rows as a table, and below it whether all went well.
  public var table: String {
    var result = [
      TextTable(["Name", "Status", "Details"], rows.map { [$0.name, $0.status.rawValue, $0.details] }).text,
      "",
    ]
    let failed = rows.count { $0.status == .failed }
    if failed > 0 {
      result.append("\(failed) of \(rows.count) failed.")
    } else if rows.isEmpty {
      result.append("Nothing was deployed: what there is, is skipped.")
    } else {
      result.append("Successfully created/updated all deployments!")
    }
    if hasDrift { result.append("What somebody set on the server was left so; see --reset-schedules.") }
    return result.joined(separator: "\n")
  }

  /// The rows for programs.
  public var json: JSONValue {
    [
      "deployments": .array(
        rows.map { row in
          [
            "name": .string(row.name), "status": .string(row.status.rawValue),
            "details": .string(row.details),
            "id": row.id.map { .string($0.uuidString.lowercased()) } ?? .null,
          ]
        }),
      "skipped": .array(skipped.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
    ]
  }
}
