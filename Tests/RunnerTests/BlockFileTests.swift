import FlowKit
import Foundation
import PrefectTesting
import Runner
import Testing

private struct Server: Block {
  static let typeSlug = "server"
  let url: String
  let password: Secret<String>?
  init(_ values: BlockValues) throws {
    url = try values.url("url")
    password = try values.optionalSecret("password")
  }
}

@Suite("Block documents") struct BlockFileTests {
  private func load(_ name: String, from folder: TemporaryFolder, _ environment: [String: String] = [:])
    async throws -> Server
  {
    try await BlockStore([BlockFiles(folder: folder.path, environment: environment)]).load(
      BlockReference<Server>(name))
  }

  @Test("A YAML document is read, its references followed")
  func yaml() async throws {
    let folder = try TemporaryFolder()
    try folder.write("secret.txt", "hush hush\n")
    try folder.write(
      "server.yaml",
      """
      # A comment
      type: server
      name: prod
      values:
        url: ${HOST_URL:-https://default.example.org}
        password: file:\(folder.path)/${SECRET_FILE}
      """)
    let byDefault = try await load("prod", from: folder, ["SECRET_FILE": "secret.txt"])
    #expect(byDefault.url == "https://default.example.org")
    #expect(byDefault.password?.reveal() == "hush hush")
    let set = try await load(
      "prod", from: folder, ["SECRET_FILE": "secret.txt", "HOST_URL": "http://x.example.org/"])
    #expect(set.url == "http://x.example.org")
  }

  @Test("A JSON document is read as well")
  func json() async throws {
    let folder = try TemporaryFolder()
    try folder.write("server.json", #"{"type": "server", "name": "a", "values": {"url": "http://a"}}"#)
    #expect(try await load("a", from: folder).url == "http://a")
  }

  @Test("A variable that is not set is named, and only when the block is wanted")
  func unsetVariable() async throws {
    let folder = try TemporaryFolder()
    try folder.write("a.yaml", "type: server\nname: a\nvalues: {url: '${NOWHERE}'}")
    try folder.write("b.yaml", "type: server\nname: b\nvalues: {url: 'http://b'}")
    #expect(try await load("b", from: folder).url == "http://b")
    let error = await #expect(throws: Misconfiguration.self) { try await load("a", from: folder) }
    #expect(error?.message.contains("environment variable NOWHERE, which is not set") == true)
    #expect(error?.message.contains("a.yaml") == true)
  }

  @Test("What the environment gives is not searched for references again")
  func noRecursion() async throws {
    let folder = try TemporaryFolder()
    try folder.write("a.yaml", "type: server\nname: a\nvalues: {url: 'http://a', password: '${P}'}")
    #expect(try await load("a", from: folder, ["P": "x${HOME}y"]).password?.reveal() == "x${HOME}y")
  }

  @Test(
    "A document that is none says what is missing",
    arguments: [
      ("type: server\nname: a", "is not complete"), ("- 1", "must have the members"),
      ("a: [", "cannot be read"),
      ("type: server\nname: a\nvalues: {}\nvalue: {}", "unknown member value"),
      ("type: server\nname: a\nvalues: {url: 5}", "url must be a string, not an integer"),
      ("type: server\nname: a\nvalues: {url: '${X'}", "a reference that does not end"),
      ("type: server\nname: a\nvalues: {}", "has no value for url"),
    ])
  func badDocuments(text: String, problem: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write("a.yaml", text)
    let error = await #expect(throws: Misconfiguration.self) { try await load("a", from: folder) }
    #expect(error?.message.contains(problem) == true, "\(String(describing: error))")
  }

  @Test("Two documents of one block are an error, and a block of another type is none")
  func twice() async throws {
    let folder = try TemporaryFolder()
    try folder.write("a.yaml", "type: server\nname: a\nvalues: {url: 'http://a'}")
    try folder.write("b.yml", "type: server\nname: a\nvalues: {url: 'http://b'}")
    let error = await #expect(throws: Misconfiguration.self) { try await load("a", from: folder) }
    #expect(error?.message.contains("a.yaml and in") == true)
    try folder.write("c.yaml", "type: other\nname: c\nvalues: {url: 'http://b'}")
    await #expect(throws: Misconfiguration.self) { try await load("c", from: folder) }
  }

  @Test("A folder that is not there holds no blocks")
  func noFolder() async throws {
    let error = await #expect(throws: Misconfiguration.self) {
      try await BlockStore([BlockFiles(folder: "no/such/folder", environment: [:])]).load(
        BlockReference<Server>("a"))
    }
    #expect(
      error?.message
        == "no block \"a\" of type server was found; searched: documents in no/such/folder/ (*.yaml, *.yml, *.json)"
    )
  }
}
