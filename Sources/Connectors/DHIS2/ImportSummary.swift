import JSON

/// The answer to one `POST /api/dataValueSets`, in the words of both engines.
struct ImportSummary {
  /// One reason for which rows were refused.
  struct Conflict: Sendable {
    /// `E7619`, `E8022` ...; nil from servers that give none.
    let code: String?
    let message: String
    /// The rows by their place in the request.
    let indexes: [Int]
  }

  let status: String
  let imported: Int
  let updated: Int
  let ignored: Int
  let conflicts: [Conflict]
  /// The rows that were refused, by their place in the request.
  let rejected: Set<Int>
  /// What the server says of the whole, where it refused the whole.
  let message: String?

  /// Reads the summary in its envelope, or bare as before 2.38.
  init?(_ answer: JSONValue) {
    let summary = answer["response"] ?? answer
    guard let status = summary["status"]?.string, let count = summary["importCount"] else { return nil }
    self.status = status
    imported = count["imported"]?.integer ?? 0
    updated = count["updated"]?.integer ?? 0
    ignored = count["ignored"]?.integer ?? 0
    conflicts = (summary["conflicts"]?.array ?? []).map { conflict in
      Conflict(
        code: conflict["errorCode"]?.string, message: conflict["value"]?.string ?? "refused without a reason",
        indexes: conflict["indexes"]?.array?.compactMap(\.integer) ?? [])
    }
    if let indexes = summary["rejectedIndexes"]?.array {
      rejected = Set(indexes.compactMap(\.integer))
    } else {
      rejected = Set(conflicts.flatMap(\.indexes))
    }
    message = answer["message"]?.string
  }
}
