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
    /// The rows by their place in the request. 2.43's `-1`, which stands for the request as a whole, is none.
    let indexes: [Int]
    /// The row that the message gives the number of (`Value #1,234 org unit not found`), where no index does. From the
    /// arguments where they are there, as the message has the number in the server's language.
    let number: Int?

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

    /// All words of the message that may be ids: 2.43 names one object before the backticks, and a list inside.
    var words: Set<String> {
      var words = Set(message.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }.map(String.init))
      if let object { words.insert(object) }
      return words
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
    let indexes = (summary["rejectedIndexes"]?.array ?? []).compactMap(\.integer).filter { $0 >= 0 }
    rejected = indexes.isEmpty ? Set(conflicts.flatMap(\.indexes)) : Set(indexes)
    message = summary["description"]?.string ?? answer["message"]?.string
  }
}

extension ImportSummary.Conflict {
  init(_ conflict: JSONValue) {
    code = conflict["errorCode"]?.string
    message = conflict["value"]?.string ?? "refused without a reason"
    object = conflict["object"]?.string
    indexes = (conflict["indexes"]?.array ?? []).compactMap(\.integer).filter { $0 >= 0 }
    number =
      message.contains("#")
      ? conflict["objects"]?["args"]?.string.flatMap { Int($0.prefix { $0 != "-" }) }
        ?? Self.number(in: message)
      : nil
  }

  /// A refusal of the request as a whole, which names no rows by their indexes.
  init(code: String?, message: String) {
    self.code = code
    self.message = message
    object = nil
    indexes = []
    number = Self.number(in: message)
  }

  /// The row that a message names: `Value #3 has no org unit`. Java writes the thousands of a number apart, by a sign
  /// that the server's language decides.
  static func number(in message: String) -> Int? {
    guard let mark = message.firstIndex(of: "#") else { return nil }
    func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
    var rest = message[message.index(after: mark)...]
    var digits = String(rest.prefix(while: isDigit))
    guard !digits.isEmpty else { return nil }
    rest = rest.dropFirst(digits.count)
    while let sign = rest.first, ",.'\u{2019}\u{A0}\u{202F}".contains(sign) {
      let group = rest.dropFirst().prefix(while: isDigit)
      guard group.count == 3 else { break }
      digits += group
      rest = rest.dropFirst(4)
    }
    return Int(digits)
  }
}
