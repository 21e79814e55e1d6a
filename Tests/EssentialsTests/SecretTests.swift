import Essentials
import Foundation
import Synchronization
import Testing

@Suite("Secrets") struct SecretTests {
  @Test("A secret prints, interpolates, dumps and encodes as a mask")
  func masked() throws {
    let secret = Secret("correct horse")
    var dumped = ""
    dump(["password": secret], to: &dumped)
    let encoded = String(decoding: try JSONEncoder().encode(["password": secret]), as: UTF8.self)
    for text in ["\(secret)", String(reflecting: secret), dumped, encoded] {
      #expect(text.contains("********"))
      #expect(!text.contains("horse"))
    }
    #expect(secret.reveal() == "correct horse")
  }

  @Test("A secret that somebody copied into a text is masked there, the longer one as a whole")
  func redaction() {
    _ = Secret("tok-123")
    _ = Secret("tok-123-long")
    #expect(Redaction.redact("a tok-123-long b tok-123.") == "a ******** b ********.")
  }

  @Test("A log masks what goes through it")
  func log() {
    _ = Secret("swordfish")
    let lines = Lines()
    Log(label: "test", sink: lines.add).named("task").warning("password is swordfish")
    #expect(lines.all == [.init(level: .warning, label: "test/task", message: "password is ********")])
  }
}

private final class Lines: Sendable {
  private let lines = Mutex<[Log.Line]>([])
  var all: [Log.Line] { lines.withLock { $0 } }
  @Sendable func add(_ line: Log.Line) { lines.withLock { $0.append(line) } }
}
