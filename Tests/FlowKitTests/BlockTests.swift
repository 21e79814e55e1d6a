import Essentials
import FlowKit
import FlowKitTesting
import Testing

private struct Server: Block {
  static let typeSlug = "server"
  static let environment = [
    EnvironmentBlock(
      name: "main", variables: ["url": "SERVER_URL", "token": "SERVER_TOKEN"], required: ["url", "token"])
  ]
  let url: String
  let token: Secret<String>?
  init(_ values: BlockValues) throws {
    url = try values.url("url")
    token = try values.optionalSecret("token")
  }
}

@Suite("Blocks") struct BlockTests {
  @Test("Variables make the block that its type declares, others come from elsewhere")
  func environment() async throws {
    var memory = MemoryBlocks()
    memory.add(Server.self, "main", ["url": "http://from.memory"])
    memory.add(Server.self, "other", ["url": "http://other/"])
    let store = BlockStore([
      EnvironmentBlocks(["SERVER_URL": "http://env/", "SERVER_TOKEN": "t0ken"]), memory,
    ])
    let main = try await store.load("main" as BlockReference<Server>)
    #expect(main.url == "http://env")
    #expect(main.token?.reveal() == "t0ken")
    #expect(try await store.load("other" as BlockReference<Server>).url == "http://other")
  }

  @Test("Half of the variables make no block")
  func incomplete() async throws {
    var memory = MemoryBlocks()
    memory.add(Server.self, "main", ["url": "http://from.memory"])
    let store = BlockStore([EnvironmentBlocks(["SERVER_URL": "http://env", "SERVER_TOKEN": ""]), memory])
    #expect(try await store.load("main" as BlockReference<Server>).url == "http://from.memory")
  }

  @Test("A missing block lists every place that was searched")
  func missing() async throws {
    let store = BlockStore([EnvironmentBlocks(["SERVER_URL": "http://env"]), MemoryBlocks()])
    let error = await #expect(throws: Misconfiguration.self) {
      try await store.load("main" as BlockReference<Server>)
    }
    #expect(
      error?.message
        == "no block \"main\" of type server was found; searched: environment variables (not set: SERVER_TOKEN); the blocks of the test"
    )
  }

  @Test(
    "An address that is none is refused by name",
    arguments: ["ftp://x", "localhost:8080", "http://", "http://a b"])
  func badAddress(address: String) async {
    var memory = MemoryBlocks()
    memory.add(Server.self, "main", ["url": .string(address)])
    let blocks = memory
    let error = await #expect(throws: Misconfiguration.self) {
      try await BlockStore([blocks]).load("main" as BlockReference<Server>)
    }
    #expect(error?.message.contains("url must be an http or https address, not \"\(address)\"") == true)
  }
}
