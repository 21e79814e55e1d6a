import Foundation
import Testing

@testable import SluiceCLI

@Suite("sluice deploy and sluice manifest") struct DeployCommandTests {
  private func folder() throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "sluice-deploy-\(UUID().uuidString)")
      .path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  @Test(
    "Options that exclude each other are wrong usage",
    arguments: ["--prune -n x", "--all -n x", "--output xml"])
  func usage(options: String) async throws {
    let ending = try await Program.run(["deploy"] + options.split(separator: " ").map(String.init))
    #expect(ending.code == 2, "\(ending.errors)")
  }

  @Test("Without a server the places are named where its address was looked for")
  func noServer() async throws {
    let ending = try await Program.run("deploy", "--plan")
    #expect(ending.code == 3)
    #expect(ending.errors.contains("PREFECT_API_URL is not set: looked in"))
  }

  @Test("Pruning needs the name of the project")
  func unnamedProject() async throws {
    let ending = try await Program.run(
      "deploy", "--prune", environment: ["PREFECT_API_URL": "http://127.0.0.1:9/api"])
    #expect(ending.code == 2)
    #expect(ending.errors.contains("--prune needs the name of the project"))
  }

  @Test("A manifest that cannot be read ends with 3 before the server is asked, with file and line")
  func manifest() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/prefect.yaml"
    try "deployments:\n  - entrypoint: json_filter\n    crom: x\n".write(
      toFile: path, atomically: true, encoding: .utf8)
    let ending = try await Program.run(
      "deploy", "--prefect-file", path, environment: ["PREFECT_API_URL": "http://127.0.0.1:9/api"])
    #expect(ending.code == 3)
    #expect(ending.errors.contains("\(path):3: a deployment has the unknown key crom"))
    let missing = try await Program.run(
      "deploy", "--prefect-file", "\(folder)/none.yaml",
      environment: ["PREFECT_API_URL": "http://127.0.0.1:9/api"])
    #expect(missing.code == 3 && missing.errors.contains("none.yaml cannot be read"))
  }

  @Test("To deploy nothing is no success")
  func nothing() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/prefect.yaml"
    func deploy(_ yaml: String, _ options: String...) async throws -> Program.Ending {
      try yaml.write(toFile: path, atomically: true, encoding: .utf8)
      return try await Program.run(
        ["deploy", "--prefect-file", path] + options,
        environment: ["PREFECT_API_URL": "http://127.0.0.1:9/api"])
    }
    let empty = try await deploy("name: p\n")
    #expect(empty.code == 3)
    #expect(
      empty.errors.contains("there is nothing to deploy: \(path) has no deployments"), "\(empty.errors)")
    let skipped = try await deploy(
      "deployments: [{name: a, entrypoint: json_filter, environments: [prod]}]", "-n", "a")
    #expect(skipped.code == 3)
    #expect(
      skipped.errors.contains("nothing of what was named is deployed: json_filter/a is only in prod (--env)"),
      "\(skipped.errors)")
  }

  @Test("Files are generated, and --check tells when they do not follow from the flows any more")
  func generate() async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let readme = "deployments/retrieve_github_stars/README.md"
    try FileManager.default.createDirectory(
      atPath: "\(folder)/deployments/retrieve_github_stars", withIntermediateDirectories: true)
    try "# Stars\n\n<!-- parameters: made by `sluice manifest generate` -->\n<!-- parameters: end -->\n"
      .write(
        toFile: "\(folder)/\(readme)", atomically: true, encoding: .utf8)
    let stale = try await Program.run("manifest", "generate", "--check", "--folder", folder)
    #expect(stale.code == 3)
    #expect(stale.errors.contains("prefect.yaml, \(readme) do not follow from the flows any more"))
    let made = try await Program.run("manifest", "generate", "--folder", folder)
    #expect(made.code == 0 && made.output == "wrote prefect.yaml\nwrote \(readme)\n")
    #expect(
      try String(contentsOfFile: "\(folder)/prefect.yaml", encoding: .utf8).contains(
        "entrypoint: json_filter"))
    #expect(try String(contentsOfFile: "\(folder)/\(readme)", encoding: .utf8).contains("| `repos` |"))
    let again = try await Program.run("manifest", "generate", "--check", "--folder", folder)
    #expect(again.code == 0 && again.output.isEmpty)
  }

  @Test("The branch is that of the repository around the folder, or what CI says")
  func branch() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let below = "\(folder)/a/b"
    try FileManager.default.createDirectory(atPath: "\(folder)/.git", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: below, withIntermediateDirectories: true)
    try "ref: refs/heads/feature/x\n".write(toFile: "\(folder)/.git/HEAD", atomically: true, encoding: .utf8)
    #expect(GitBranch.current([:], folder: below) == "feature/x")
    #expect(GitBranch.current(["GITHUB_REF_NAME": "main"], folder: below) == "main")
    // A commit is checked out, and no branch.
    try "0123456789abcdef\n".write(toFile: "\(folder)/.git/HEAD", atomically: true, encoding: .utf8)
    #expect(GitBranch.current([:], folder: below) == nil)
    // A worktree has a file that names its folder.
    let tree = "\(folder)/tree"
    try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: "\(folder)/.git/worktrees/tree", withIntermediateDirectories: true)
    try "gitdir: ../.git/worktrees/tree\n".write(toFile: "\(tree)/.git", atomically: true, encoding: .utf8)
    try "ref: refs/heads/side\n".write(
      toFile: "\(folder)/.git/worktrees/tree/HEAD", atomically: true, encoding: .utf8)
    #expect(GitBranch.current([:], folder: tree) == "side")
  }
}
