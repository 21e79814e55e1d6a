import Connectors
import Essentials
import Testing

@Suite("Gzip by name") struct GzipTests {
  let folder: TestFolder
  let storage = Storage()

  init() throws { folder = try TestFolder() }

  /// A text that packs well, larger than several chunks when unpacked.
  static let text = Array(String(repeating: "values of January and February\n", count: 40_000).utf8)

  @Test("What is packed here, gzip unpacks; the same content gives the same bytes")
  func pack() async throws {
    for bytes in [Self.text, noise(900_000), []] {
      try await storage.write(bytes, to: folder.location("a.gz"))
      #expect(try TestFolder.run("gzip", "-dc", "\(folder.path)/a.gz") == bytes)
      let once = try folder.bytes("a.gz")
      try await storage.write(bytes, to: folder.location("a.gz"))
      #expect(try folder.bytes("a.gz") == once)
      #expect(try await storage.read(folder.location("a.gz")) == bytes)
    }
    try await storage.write(Self.text, to: folder.location("a.gz"))
    #expect(try #require(try await storage.size(of: folder.location("a.gz"))) < Self.text.count / 20)
  }

  @Test("What gzip packs is unpacked in chunks that stay small")
  func unpack() async throws {
    try folder.put(Self.text, "a.txt")
    try folder.put(try TestFolder.run("gzip", "-9c", "\(folder.path)/a.txt"), "a.txt.gz")
    var reader = try await storage.reader(of: folder.location("a.txt.gz"))
    var bytes: [UInt8] = []
    while let chunk = try await reader.next() {
      #expect(chunk.count <= 262_144)
      bytes += chunk
    }
    #expect(bytes == Self.text)
    #expect(try await reader.next() == nil)
  }

  @Test("Several members one after the other, an empty one and zeros at the end")
  func members() async throws {
    try await storage.write(Self.text, to: folder.location("1.gz"))
    try await storage.write([], to: folder.location("2.gz"))
    try await storage.write([7], to: folder.location("3.gz"))
    let joined = try ["1.gz", "2.gz", "3.gz"].flatMap { try folder.bytes($0) }
    try folder.put(joined, "all.gz")
    #expect(try await storage.read(folder.location("all.gz")) == Self.text + [7])
    try folder.put(joined + [UInt8](repeating: 0, count: 300_000), "padded.gz")
    #expect(try await storage.read(folder.location("padded.gz")) == Self.text + [7])
  }

  @Test("Every truncation of a file is an error")
  func truncated() async throws {
    try await storage.write(Array("hello".utf8), to: folder.location("a.gz"))
    let whole = try folder.bytes("a.gz")
    for count in 1..<whole.count {
      try folder.put(whole[..<count], "cut.gz")
      let error = await #expect(throws: FileFailure.self) {
        try await storage.read(folder.location("cut.gz"))
      }
      #expect(error?.message == "cannot unpack \(folder.path)/cut.gz: it ends in the middle")
      #expect(error?.kind == .configuration)
    }
  }

  @Test("What is no gzip, or broken, is an error that says so")
  func broken() async throws {
    try await storage.write(Self.text, to: folder.location("a.gz"))
    let whole = try folder.bytes("a.gz")
    var wrong = whole
    wrong[wrong.count - 6] ^= 1
    for (bytes, problem) in [
      ([], "it is empty"),
      (Array("hello".utf8), "it is no gzip"),
      (whole + Array("x".utf8), "something else follows the gzip data"),
      (whole + [0, 0, 9], "something else follows the gzip data"),
      (wrong, "incorrect data check"),
    ] {
      try folder.put(bytes, "b.gz")
      let error = await #expect(throws: FileFailure.self) { try await storage.read(folder.location("b.gz")) }
      #expect(error?.message == "cannot unpack \(folder.path)/b.gz: \(problem)")
    }
  }
}
