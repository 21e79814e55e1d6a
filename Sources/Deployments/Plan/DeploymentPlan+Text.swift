import FoundationEssentials
public import JSON

extension DeploymentPlan: CustomStringConvertible {
  /// The plan as people read it, work pool by work pool.
  public var description: String {
    var lines: [String] = []
    var pool: String?
    for step in steps {
      if step.pool != pool {
        pool = step.pool
        let isNew = newPools.first { $0.name == step.pool }.map { " (to be made, type \($0.type))" } ?? ""
        lines.append("work pool \(step.pool.isEmpty ? "none" : step.pool)\(isNew)")
      }
      let changes = step.changes.isEmpty ? "" : ": \(step.changes.joined(separator: ", "))"
      lines.append("  \(step.action.mark) \(step.name)  \(step.action.rawValue)\(changes)")
      lines += step.drift.map { "      left as it is: \($0)" }
    }
    if steps.contains(where: { !$0.drift.isEmpty }) {
      lines.append("--reset-schedules makes schedules as they are declared")
    }
    if !skipped.isEmpty { lines.append("skipped") }
    lines += skipped.map { "    \($0.name)  \($0.reason)" }
    if steps.isEmpty { lines.append("nothing to deploy") }
    return lines.joined(separator: "\n")
  }
}

extension DeploymentPlan {
  /// The plan for programs.
  public var json: JSONValue {
    func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
    return [
      "steps": .array(
        steps.map { step in
          [
            "name": .string(step.name), "work_pool": .string(step.pool),
            "action": .string(step.action.rawValue), "changes": texts(step.changes),
            "drift": texts(step.drift),
            "id": step.id.map { .string($0.uuidString.lowercased()) } ?? .null,
          ]
        }), "new_work_pools": texts(newPools.map(\.name)),
      "skipped": .array(skipped.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
    ]
  }
}

extension DeploymentPlan.Action {
  fileprivate var mark: String {
    switch self {
    case .create: "+"
    case .replace, .update: "~"
    case .unchanged: "="
    case .delete: "-"
    }
  }
}
