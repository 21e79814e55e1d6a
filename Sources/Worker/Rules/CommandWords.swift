import Essentials

/// The words of a command, split as a POSIX shell splits them, and nothing else done to them: no variables, no `&&`, no
/// patterns. It is what Prefect's own worker does (Python's `shlex.split`), so that a deployment's `command` means the
/// same under both.
enum CommandWords {
  /// - Throws: `Misconfiguration` where a quote does not end, or there is no word.
  static func split(_ command: String) throws -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var rest = Array(command)[...]
    while let letter = rest.popFirst() {
      if let open = quote {
        if letter == open {
          quote = nil
        } else if open == "\"", letter == "\\", let next = rest.first, next == "\"" || next == "\\" {
          word = (word ?? "") + String(rest.removeFirst())
        } else {
          word = (word ?? "") + String(letter)
        }
      } else if letter == "'" || letter == "\"" {
        quote = letter
        word = word ?? ""
      } else if letter == "\\" {
        guard let next = rest.popFirst() else {
          throw Misconfiguration("the command \(command) ends with a backslash")
        }
        word = (word ?? "") + String(next)
      } else if letter.isWhitespace {
        if let finished = word { words.append(finished) }
        word = nil
      } else {
        word = (word ?? "") + String(letter)
      }
    }
    if quote != nil { throw Misconfiguration("the command \(command) has a quote that does not end") }
    if let word { words.append(word) }
    guard !words.isEmpty else { throw Misconfiguration("the command of the deployment is empty") }
    return words
  }
}
