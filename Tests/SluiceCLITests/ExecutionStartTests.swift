import FlowKit
import Foundation
import Testing

@testable import SluiceCLI

private struct First: Flow {
  static let name = "first"
  static let summary = "A flow."
  func run(_ run: FlowRun) async throws -> Int { 1 }
}

private struct Second: Flow {
  static let name = "second"
  static let summary = "Another flow."
  func run(_ run: FlowRun) async throws -> Int { 2 }
}

@Suite("The start of a process for one run") struct ExecutionStartTests {
  private func names(_ arguments: [String], flow: String?) -> [String] {
    let environment = flow.map { ["PREFECT__FLOW_NAME": $0] } ?? [:]
    return SluiceProgram.needed(of: [First.self, Second.self], arguments, environment).map { $0.name }
  }

  @Test("Only the flow of the run is looked at")
  func one() {
    #expect(names(["flow-run", "execute"], flow: "second") == ["second"])
    #expect(names(["flow-run", "execute", "--blocks", "b"], flow: "first") == ["first"])
  }

  @Test("All flows are looked at where the run's is unknown or not among them, and by every other command")
  func all() {
    #expect(names(["flow-run", "execute"], flow: nil) == ["first", "second"])
    #expect(names(["flow-run", "execute"], flow: "third") == ["first", "second"])
    #expect(names(["flow-run", "ls"], flow: "second") == ["first", "second"])
    #expect(names(["worker", "start"], flow: "second") == ["first", "second"])
    #expect(names([], flow: "second") == ["first", "second"])
  }

  @Test("What is wrong with its arguments is said with the command's full name")
  func usage() async throws {
    let ending = try await Program.run("flow-run", "execute", "--no-such-option")
    #expect(ending.code == 2)
    #expect(ending.errors.contains("Usage: sluice flow-run execute"))
  }

  @Test("One that waits for the word ends without it, and asks no server")
  func noWord() async throws {
    let ending = try await Program.run(
      "flow-run", "execute", "--wait-for-go",
      environment: [
        "PREFECT__FLOW_RUN_ID": "5c8351e0-ca16-4ba2-901c-a140976bdf64",
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
      ])
    #expect(ending.code == 130 && ending.errors.isEmpty)
  }

  @Test("One that waits for the word says where it cannot hear it")
  func noInput() async throws {
    let folder = open("/", O_RDONLY)
    let ending = try await Program.run(
      ["flow-run", "execute", "--wait-for-go"],
      environment: [
        "PREFECT__FLOW_RUN_ID": "5c8351e0-ca16-4ba2-901c-a140976bdf64",
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
      ], input: FileHandle(fileDescriptor: folder, closeOnDealloc: true))
    #expect(ending.code == 1)
    #expect(ending.errors.contains("cannot read the standard input: Is a directory"))
  }
}
