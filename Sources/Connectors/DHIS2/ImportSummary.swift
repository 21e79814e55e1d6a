import JSON

/// The answer to one `POST /api/dataValueSets`, in the words of both engines.
struct ImportSummary: Sendable {
  /// One reason for which rows were refused.
  struct Conflict: Sendable {
    /// `E7619`, `E8022` ...; nil from servers that give none.
    let code: String?
    let message: String
    /// The object that it is about, where the server names one.
    let object: String?
    /// The rows by their place in the request.
    let indexes: [Int]

    var reason: ImportReason { ImportReason(code: code) }

    /// What the message has in backticks, lists taken apart: the ids of 2.43, which has no other place for them.
    var quoted: Set<String> {
      var quoted: Set<String> = []
      for (index, part) in message.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      where index % 2 == 1 {
        for word in part.split(whereSeparator: { "[], ".contains($0) }) { quoted.insert(String(word)) }
      }
      if let object { quoted.insert(object) }
      return quoted
    }
  }

  /// `SUCCESS`, `WARNING` or `ERROR`.
  let status: String
  let imported: Int
  let updated: Int
  let ignored: Int
  let deleted: Int
  let conflicts: [Conflict]
  /// The rows that were refused, by their place in the request.
  let rejected: Set<Int>
  /// What the server says of the whole, where it refused the whole.
  let message: String?

  /// Whether nothing was taken, and no row is named as the cause.
  var refusesWhole: Bool { status == "ERROR" && rejected.isEmpty }

  /// Reads the summary in its envelope, or bare as before 2.38 and at the end of a job.
  init?(_ answer: JSONValue) {
    let summary = answer["response"] ?? answer
    guard let status = summary["status"]?.string,
      let count = summary["importCount"] ?? summary["dataValueCount"]
    else { return nil }
    self.status = status
    imported = count["imported"]?.integer ?? 0
    updated = count["updated"]?.integer ?? 0
    ignored = count["ignored"]?.integer ?? 0
    deleted = count["deleted"]?.integer ?? 0
    conflicts = (summary["conflicts"]?.array ?? []).map(Conflict.init(_:))
    let indexes = (summary["rejectedIndexes"]?.array ?? []).compactMap(\.integer)
    rejected = indexes.isEmpty ? Set(conflicts.flatMap(\.indexes)) : Set(indexes)
    message = answer["message"]?.string ?? summary["description"]?.string
  }
}

extension ImportSummary.Conflict {
  init(_ conflict: JSONValue) {
    code = conflict["errorCode"]?.string
    message = conflict["value"]?.string ?? "refused without a reason"
    object = conflict["object"]?.string
    indexes = conflict["indexes"]?.array?.compactMap(\.integer) ?? []
  }
}
