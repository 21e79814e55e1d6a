import Essentials
import Testing

@testable import Worker

@Suite("A command is split as a shell splits it, and nothing else is done to it") struct CommandWordsTests {
  @Test(
    "Words, quotes and backslashes",
    arguments: [
      ("/bin/script.sh --flag \"a b\"", ["/bin/script.sh", "--flag", "a b"]),
      ("echo hi && exit 0", ["echo", "hi", "&&", "exit", "0"]),
      ("a 'b \"c' \"d 'e\"", ["a", "b \"c", "d 'e"]),
      ("a\\ b c\\\\d", ["a b", "c\\d"]),
      ("\"\\\"x\\\" \\n\"", ["\"x\" \\n"]),
      ("  a\t\nb  ", ["a", "b"]),
      ("a '' \"\"b", ["a", "", "b"]),
      ("$HOME/*.sh ~", ["$HOME/*.sh", "~"]),
    ])
  func words(command: String, words: [String]) throws {
    #expect(try CommandWords.split(command) == words)
  }

  @Test(
    "A quote or a backslash at the end is refused, and so is nothing",
    arguments: ["a 'b", "a \"b", "a\\", "  "])
  func faults(command: String) {
    #expect(throws: Misconfiguration.self) { try CommandWords.split(command) }
  }
}
