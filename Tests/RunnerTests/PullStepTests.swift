import Essentials
import FlowKit
import FlowKitTesting
import Foundation
import JSON
import PrefectTesting
import Synchronization
import Testing

@testable import Runner

@Suite("Pull steps", .serialized) struct PullStepTests {
  @Test("The two that can be done are read")
  func read() throws {
    #expect(
      try PullSteps.read("prefect.deployments.steps.set_working_directory", ["directory": "/srv"])
        == .setWorkingDirectory("/srv"))
    let clone = try GitClone(["repository": "https://example.org/a/flows.git", "branch": "dev/x"])
    #expect(
      try PullSteps.read(
        "prefect.deployments.steps.git_clone",
        ["repository": "https://example.org/a/flows.git", "branch": "dev/x"]) == .gitClone(clone))
    #expect(clone.directory == "flows-dev-x")
    #expect(try GitClone(["repository": "git@example.org:a/flows.git"]).directory == "flows")
    #expect(try GitClone(["repository": "x", "clone_directory_name": "here"]).directory == "here")
  }

  @Test(
    "Others are refused by name, as are inputs that nothing is made of",
    arguments: [
      ("prefect.deployments.steps.run_shell_script", ["script": "rm"], "run_shell_script cannot be done"),
      ("my.own.git_clone", ["repository": "x"], "my.own.git_clone cannot be done"),
      ("prefect.deployments.steps.set_working_directory", [:], "has no directory"),
      ("prefect.deployments.steps.git_clone", ["repository": "--upload-pack=x"], "has no repository"),
      ("prefect.deployments.steps.git_clone", ["repository": "x", "branch": "-x"], "names nothing"),
      ("prefect.deployments.steps.git_clone", ["repository": "x", "directories": ["a"]], "not supported"),
    ] as [(String, JSONObject, String)])
  func refused(name: String, inputs: JSONObject, problem: String) {
    let error = #expect(throws: Misconfiguration.self) { try PullSteps.read(name, inputs) }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }

  @Test("A repository is cloned at its branch, brought up to date the next time, and entered")
  func clone() async throws {
    let before = FileManager.default.currentDirectoryPath
    defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
    let folder = try TemporaryFolder()
    let origin = "\(folder.path)/origin"
    try Self.git("init", "--quiet", "--initial-branch=main", origin)
    func commit(_ text: String) throws {
      try text.write(toFile: "\(origin)/file", atomically: true, encoding: .utf8)
      try Self.git("-C", origin, "add", "file")
      try Self.git(
        "-C", origin, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "-m",
        text)
    }
    try commit("one")
    let state = MemoryState()
    state.write("variables/branch", Array("\"main\"".utf8))
    let steps = PullSteps(blocks: BlockStore([]), state: state, environment: ["ORIGIN": origin])
    let written: [JSONObject] = [
      ["prefect.deployments.steps.set_working_directory": ["directory": .string(folder.path)]],
      [
        "prefect.deployments.steps.git_clone": [
          "id": "code", "repository": "{{ $ORIGIN }}", "branch": "{{ prefect.variables.branch }}",
          "clone_directory_name": "clone",
        ]
      ],
      [
        "prefect.deployments.steps.set_working_directory": [
          "directory": .string("\(folder.path)/{{ code.directory }}")
        ]
      ],
    ]
    try await steps.run(written, log: .silent)
    #expect(FileManager.default.currentDirectoryPath.hasSuffix("/clone"))
    #expect(try String(contentsOfFile: "file", encoding: .utf8) == "one")
    try commit("two")
    try await steps.run(written, log: .silent)
    #expect(try String(contentsOfFile: "file", encoding: .utf8) == "two")

    let missing: [JSONObject] = [
      ["prefect.deployments.steps.git_clone": ["repository": .string("\(folder.path)/none")]]
    ]
    let place = FileManager.default.currentDirectoryPath
    let elsewhere: [JSONObject] = [
      ["prefect.deployments.steps.set_working_directory": ["directory": .string(folder.path)]]
    ]
    let failure = await #expect(throws: GitFailure.self) {
      try await steps.run(elsewhere + missing, log: .silent)
    }
    #expect(FileManager.default.currentDirectoryPath == place)
    #expect(failure?.message.contains("could not be fetched") == true)
    #expect(failure?.kind == .configuration)
    #expect(GitFailure.isPassing("fatal: unable to access 'x': Could not resolve host: example.org"))
    #expect(!GitFailure.isPassing("fatal: repository 'x' not found"))
  }

  @Test("What a step refers to must be known, and a folder must be there")
  func unknown() async throws {
    let steps = PullSteps(blocks: BlockStore([]), state: MemoryState(), environment: [:])
    let unknown = await #expect(throws: Misconfiguration.self) {
      try await steps.run(
        [["prefect.deployments.steps.set_working_directory": ["directory": "{{ nothing.directory }}"]]],
        log: .silent)
    }
    #expect(unknown?.message == "a pull step refers to {{ nothing.directory }}, which is not known")
    let absent = await #expect(throws: Misconfiguration.self) {
      try await steps.run(
        [["prefect.deployments.steps.set_working_directory": ["directory": "/nowhere/at/all"]]], log: .silent)
    }
    #expect(absent?.message.contains("/nowhere/at/all is no folder") == true)
  }

  @Test("The steps are done once, and a repetition of the run is where they led")
  func repeated() async throws {
    struct Placed: Flow {
      static let name = "placed"
      static let summary = "Says where it is, and fails."
      static let retries = 1
      func run(_ run: FlowRun) async throws -> String {
        let here = FileManager.default.currentDirectoryPath
        run.log.info("at \(here)")
        throw GitFailure(kind: .transient, message: "busy")
      }
    }
    let before = FileManager.default.currentDirectoryPath
    defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/work", withIntermediateDirectories: true)
    #expect(FileManager.default.changeCurrentDirectoryPath(folder.path))
    let isFirst = Mutex(true)
    let bench = try RunBench(
      [Placed.self], flow: "placed",
      pull: [["prefect.deployments.steps.set_working_directory": ["directory": "work"]]],
      answer: { request in
        guard RunBench.proposal(request) == "FAILED" else { return nil }
        return isFirst.withLock { isFirst in
          defer { isFirst = false }
          return isFirst ? RunBench.retry : nil
        }
      },
      options: {
        $0.pullSteps = PullSteps(blocks: BlockStore([]), state: MemoryState(), environment: [:])
      })
    #expect(await bench.isTold())
    #expect(bench.proposals == ["RUNNING", "FAILED", "RUNNING", "FAILED"])
    let places = bench.console.lines.map(\.message).filter { $0.hasPrefix("at ") }
    #expect(places.count == 2 && Set(places).count == 1, "\(places)")
    #expect(places.first?.hasSuffix("/work") == true)
  }

  @Test("What follows a block's or a variable's name is looked for within it")
  func members() async throws {
    let before = FileManager.default.currentDirectoryPath
    defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
    let folder = try TemporaryFolder()
    for name in ["one", "two"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    }
    struct Repository: Block {
      static let typeSlug = "git-repository"
      init(_ values: BlockValues) throws {}
    }
    var documents = MemoryBlocks()
    documents.add(
      Repository.self, "ours",
      ["token": "made-up-token-2", "places": ["first": .string("\(folder.path)/one")]])
    documents.add(Repository.self, "wrapped", ["value": ["path": .string("\(folder.path)/two")]])
    let state = MemoryState()
    state.write("variables/places", Array(#"{"second": "two"}"#.utf8))
    let steps = PullSteps(blocks: BlockStore([documents]), state: state, environment: [:])
    func enter(_ directory: String) async throws -> String {
      try await steps.run(
        [["prefect.deployments.steps.set_working_directory": ["directory": .string(directory)]]],
        log: .silent)
      return FileManager.default.currentDirectoryPath
    }
    #expect(
      try await enter("{{ prefect.blocks.git-repository.ours.places.first }}").hasSuffix("/one"))
    #expect(
      try await enter("\(folder.path)/{{ prefect.variables.places.second }}").hasSuffix("/two"))
    #expect(try await enter("{{ prefect.blocks.git-repository.wrapped.path }}").hasSuffix("/two"))
    for missing in ["prefect.blocks.git-repository.ours.places.third", "prefect.variables.places.third"] {
      let error = await #expect(throws: Misconfiguration.self) { try await enter("{{ \(missing) }}") }
      #expect(error?.message == "a pull step refers to {{ \(missing) }}, which is not known")
    }
    let block = await #expect(throws: Misconfiguration.self) {
      try await enter("{{ prefect.blocks.git-repository.ours.places }}")
    }
    #expect(block?.message.contains("is an object") == true, "\(block?.message ?? "")")
  }

  @Test("A login in the address goes to the server alone: it is not in the arguments, nor in what is shown")
  func login() async throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { _ in .text(404, "") }
    let address = server.url.replacing("//", with: "//somebody:made%2Dup-pass@")
    let clone = try GitClone([
      "repository": .string("\(address)/flows.git"),
      "clone_directory_name": .string("\(folder.path)/clone"),
    ])
    #expect(clone.repository == "\(server.url)/flows.git")
    let lines = RecordingReporter()
    let failure = await #expect(throws: GitFailure.self) {
      try await clone.run(log: Log(label: "pull") { lines.log($0, at: Date()) })
    }
    let login = Data("somebody:made-up-pass".utf8).base64EncodedString()
    #expect(server.requests.first?.headers["authorization"] == "Basic \(login)")
    #expect(lines.lines.map(\.message) == ["cloning \(server.url)/flows.git"])
    #expect(failure?.message.contains("pass") == false, "\(failure?.message ?? "")")
  }

  @Test("The token is for the repository's own server, not for those of its submodules")
  func submodules() async throws {
    let folder = try TemporaryFolder()
    let stranger = try ScriptedServer { _ in .text(404, "") }
    let origin = "\(folder.path)/origin"
    try Self.git("init", "--quiet", "--initial-branch=main", origin)
    try folder.write(
      "origin/.gitmodules",
      "[submodule \"sub\"]\n\tpath = sub\n\turl = \(stranger.url)/sub.git\n")
    try Self.git("-C", origin, "add", ".gitmodules")
    try Self.git(
      "-C", origin, "update-index", "--add", "--cacheinfo",
      "160000,0123456789012345678901234567890123456789,sub")
    try Self.git(
      "-C", origin, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "-m",
      "one")
    let clone = try GitClone([
      "repository": .string(origin), "access_token": "made-up-token-3", "include_submodules": true,
      "clone_directory_name": .string("\(folder.path)/clone"),
    ])
    await #expect(throws: GitFailure.self) { try await clone.run(log: .silent) }
    #expect(!stranger.requests.isEmpty)
    #expect(stranger.requests.allSatisfy { $0.headers["authorization"] == nil })
    // One that is of a server is sent to that.
    let remote = try GitClone(["repository": .string("\(stranger.url)/a.git"), "access_token": "made-up-4"])
    #expect(remote.environment["GIT_CONFIG_KEY_0"] == "http.http://127.0.0.1:\(stranger.port)/.extraHeader")
  }

  @Test("A block stands for its secret")
  func secret() async throws {
    struct Documents: BlockSource {
      func find(type: any Block.Type, name: String) -> BlockValues? {
        guard type.typeSlug == "github-credentials", name == "ours" else { return nil }
        return BlockValues(
          typeSlug: type.typeSlug, name: name, values: ["token": "made-up-token"], origin: "the test")
      }
      func placesSearched(type: any Block.Type, name: String) -> [String] { [] }
    }
    let store = BlockStore([Documents()])
    #expect(try await store.secretText(type: "github-credentials", name: "ours") == "made-up-token")
    await #expect(throws: Misconfiguration.self) {
      try await store.secretText(type: "gitlab-credentials", name: "ours")
    }
  }

  private static func git(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "git \(arguments.joined(separator: " "))")
  }
}
