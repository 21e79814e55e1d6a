import Foundation
import Testing

@Suite("The commands of the Makefile are the page's") struct MakefileTests {
  /// The lines of a rule: its prerequisites, and its recipe.
  private func rule(_ name: String) throws -> (head: String, recipe: [String]) {
    let lines = try Project.text("Makefile").split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
    let place = try #require(lines.firstIndex { $0.hasPrefix("\(name):") }, "no rule \(name)")
    return (
      lines[place],
      lines[(place + 1)...].prefix { $0.hasPrefix("\t") }.map { String($0.drop { $0 == "\t" || $0 == "@" }) }
    )
  }

  @Test("start and restart are docker compose's")
  func compose() throws {
    #expect(try rule("start").recipe == ["docker compose up --build"])
    #expect(
      try rule("restart").recipe
        == ["docker compose down -v && docker compose build --no-cache && docker compose up"])
  }

  @Test("deploy registers blocks, creates blocks, and deploys; deploy-local takes the manifest in the root")
  func deploy() throws {
    func recipe(_ name: String) throws -> [String] {
      // Each goes to the server that scripts/at-server finds.
      try rule(name).recipe.map { line in
        #expect(line.hasPrefix("scripts/at-server "), "\(name)")
        return String(line.dropFirst("scripts/at-server ".count))
      }
    }
    #expect(try rule("deploy").head.hasPrefix("deploy: register-blocks create-blocks "))
    #expect(try recipe("deploy") == ["$(SLUICE) deploy --all"])
    #expect(
      try recipe("deploy-local") == ["$(SLUICE) deploy --all --prefect-file prefect.yaml --create-pool"])
    #expect(try recipe("register-blocks") == ["$(SLUICE) block register"])
    #expect(try recipe("create-blocks") == ["scripts/create_blocks"])
    #expect(try rule("server").recipe == ["scripts/server"])
  }

  @Test(
    "They go to http://localhost:4200/api unless PREFECT_API_URL says otherwise, with the login that is set",
    arguments: [
      ([:], [:], "http://localhost:4200/api", "unset"),
      (
        ["PREFECT_API_URL": "http://example.org/api", "PREFECT_API_AUTH_STRING": "u:p"],
        [".env": "PREFECT_API_URL=http://file.example.org/api\n"], "http://example.org/api", "u:p"
      ),
      // What sluice finds by itself is not hidden by a default.
      ([:], [".env": "PREFECT_API_URL=http://file.example.org/api\n"], "unset", "unset"),
      (
        ["PREFECT_API_URL": ""], [".env": "PREFECT_API_URL=http://file.example.org/api\n"], "unset", "unset"
      ),
      ([:], ["prefect.toml": "[api]\nurl = \"http://toml.example.org/api\"\n"], "unset", "unset"),
      (
        [:],
        [
          ".prefect/profiles.toml":
            "active = \"p\"\n[profiles.p]\nPREFECT_API_URL = \"http://profile.example.org/api\"\n"
        ], "unset", "unset"
      ),
      ([:], [".env": "PREFECT_API_URL=\n"], "http://localhost:4200/api", "unset"),
    ] as [([String: String], [String: String], String, String)])
  func address(
    variables: [String: String], files: [String: String], url: String, login: String
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-make-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appending(path: ".prefect"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
    }
    // The recipes of make itself, in a folder with nothing else, with a program in sluice's place that says what it was
    // given, and knows the settings as sluice does.
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "scripts"), withDestinationURL: Project.root.appending(path: "scripts"))
    let sluice = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "sluice")
    let said = folder.appending(path: "said")
    let program = folder.appending(path: "program")
    try """
    #!/bin/sh
    if [ "$1" = config ]; then exec '\(sluice.path)' "$@"; fi
    echo "${PREFECT_API_URL-unset} ${PREFECT_API_AUTH_STRING-unset}" >>'\(said.path)'

    """.write(to: program, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    for target in ["deploy", "deploy-local", "register-blocks", "create-blocks"] {
      try? FileManager.default.removeItem(at: said)
      let make = Process()
      make.executableURL = URL(filePath: "/usr/bin/env")
      make.arguments = [
        "make", "--no-print-directory", "-f", Project.root.appending(path: "Makefile").path, "-o", "program",
        target, "SLUICE=\(program.path)",
      ]
      make.currentDirectoryURL = folder
      make.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder.path].merging(variables) {
        $1
      }
      make.standardOutput = FileHandle.nullDevice
      try make.run()
      make.waitUntilExit()
      #expect(make.terminationStatus == 0)
      let lines = Set(try String(contentsOf: said, encoding: .utf8).split(separator: "\n").map(String.init))
      #expect(lines == ["\(url) \(login)"], "\(target)")
    }
  }
}
