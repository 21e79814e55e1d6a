import Connectors
import FlowKit
import Flows
import Foundation
import JSON
import Testing

@testable import Deployments

/// The project as it lies on disk.
private enum Project {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let schema = "\(root)/../shared/fixtures/prefect/prefect.yaml.schema.json"

  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
  }

  static var manifests: [String] {
    get throws {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(root)/deployments")
      return names.sorted().map { "deployments/\($0)/prefect.yaml" }
        .filter { FileManager.default.fileExists(atPath: "\(root)/\($0)") }
    }
  }
}

@Suite("The manifests of this project") struct CommittedManifestTests {
  private func set() async throws -> DeploymentSet {
    let files = try Project.manifests.map { try ManifestFile(try Project.text($0), path: $0) }
    return try await DeploymentSet(
      Catalogue(Flows.all), manifests: files, project: "x", values: ReferenceValues(environment: [:]))
  }

  @Test("The four flows are deployed under their names, with their schedules")
  func deployments() async throws {
    let set = try await set()
    #expect(set.project == "sluice")
    #expect(set.skipped.isEmpty)
    let schedules = Dictionary(uniqueKeysWithValues: set.entries.map { ($0.name, $0.deployment.schedules) })
    #expect(schedules["retrieve_github_stars/default"] == [])
    #expect(schedules["json_filter/default"] == [.cron("0 9 * * *", timezone: "UTC", slug: "daily")])
    #expect(
      schedules["dhis2_org_units/dhis2-org-units"] == [
        .cron("*/15 * * * *", timezone: "UTC", slug: "quarter-hourly")
      ])
    #expect(
      schedules["dhis2_era5_climate_import/dhis2-era5-climate"] == [
        .cron("0 6 10 * *", timezone: "UTC", slug: "monthly")
      ])
    #expect(schedules.count == 4)
  }

  @Test("Each flow of the collection has its folder, with a manifest and a README")
  func folders() throws {
    for flow in try Catalogue(Flows.all).flows {
      for file in ["prefect.yaml", "README.md"] {
        let path = "deployments/\(flow.name)/\(file)"
        #expect(FileManager.default.fileExists(atPath: "\(Project.root)/\(path)"), "there is no \(path)")
      }
    }
  }

  @Test(
    "They are valid under Prefect's published schema",
    .enabled(if: FileManager.default.fileExists(atPath: Project.schema)))
  func publishedSchema() throws {
    let text = try String(contentsOfFile: Project.schema, encoding: .utf8)
    let schema = JSONSchema(try #require(try JSONValue(parsing: text).object))
    for path in try Project.manifests + ["prefect.yaml"] {
      let document = try #require(try ManifestValue.document(try Project.text(path), file: path)).json
      let faults = schema.faults(in: document)
      #expect(faults.isEmpty, "\(path): \(faults)")
    }
    // The schema is understood: what it forbids is found.
    let wrong: JSONValue = ["deployments": [["name": 1], ["schedules": [["cron": "x", "tz": "y"]]]]]
    #expect(schema.faults(in: wrong).count == 2)
  }

  @Test("The README of a flow has the table of its parameters")
  func tables() throws {
    for flow in try Catalogue(Flows.all).descriptions {
      let path = "deployments/\(flow.name)/README.md"
      let readme = try Project.text(path)
      #expect(
        ParameterTable.replacing(in: readme, of: flow) == readme, "\(path): run `sluice manifest generate`")
    }
  }

  @Test("The root manifest is what the flows make it")
  func root() async throws {
    let catalogue = try Catalogue(Flows.all)
    let text = try Project.text("prefect.yaml")
    #expect(text == RootManifest.text(catalogue, project: "sluice"), "run `sluice manifest generate`")
    let set = try await DeploymentSet(
      catalogue, manifests: [ManifestFile(text, path: "prefect.yaml")], project: "x",
      values: ReferenceValues(environment: [:]))
    #expect(set.entries.map(\.name) == Flows.all.map { "\($0.name)/default" })
  }
}

@Suite("Files made from the flows") struct GeneratedFileTests {
  private struct Rich: Flow {
    static let name = "rich"
    static let summary = "Has: much."
    static let deployments: [Deployment] = {
      var full = Deployment(
        name: "yes",
        schedules: [
          .every(.seconds(900), anchor: "2026-01-01T00:00:00Z", slug: "often"),
          .cron("0 6 * * *", dayOr: false, active: false, parameters: ["level": 3]), .rrule("FREQ=DAILY"),
        ], active: false, parameters: ["names": ["a: b", "on", "12", "ü"]],
        workPool: .init("mine", queue: "q", jobVariables: ["env": ["A": "1"]]),
        infrastructure: .init(.kubernetes, cpu: 0.5, memory: 512, image: "repo/image:1"))
      full.concurrencyLimit = .init(2, collisionStrategy: "CANCEL_NEW")
      full.tags = ["x"]
      full.version = "1.0"
      full.branch = "main"
      full.enforcesParameterSchema = false
      full.pullSteps = [.gitClone("https://example.org/x.git")]
      return [full]
    }()
    @Parameter("A level | depth", .range(1...9)) var level = 2
    @Parameter("Names") var names: [String] = []
    @Parameter("A place") var place: String
    @Parameter("A share", .range(0.0...0.5)) var share: Double? = nil
    func run(_ run: FlowRun) async throws -> Int { 0 }
  }

  @Test("A generated manifest says what the code says")
  func roundTrip() async throws {
    let text = RootManifest.text(try Catalogue([Rich.self]), project: "p")
    var bare: Deployment { Deployment(name: "yes") }
    let file = try ManifestFile(text, path: "prefect.yaml")
    let entry = try #require(file.entries.first)
    var read = Deployment(name: "yes")
    var reader = ManifestReader(file: "prefect.yaml")
    reader.schema = try FlowDescription(of: Rich.self).schema
    try reader.apply(entry.value, to: &read)
    let code = Rich.deployments[0]
    #expect(read.schedules == code.schedules)
    #expect(read.parameters == code.parameters)
    #expect(read.workPool == code.workPool)
    #expect(read.infrastructure == code.infrastructure)
    #expect(read.concurrencyLimit == code.concurrencyLimit)
    #expect(read.pullSteps == code.pullSteps)
    #expect(read.paused == true && read.version == "1.0" && read.tags == ["x"] && read.branch == "main")
    #expect(!read.enforcesParameterSchema)
    #expect(read.description == "Has: much.")
  }

  @Test("The table has type, bounds, default and meaning of each parameter")
  func table() throws {
    #expect(
      ParameterTable.text(try FlowDescription(of: Rich.self)) == """
        | parameter | type | default | meaning |
        |---|---|---|---|
        | `level` | integer, 1 to 9 | `2` | A level \\| depth |
        | `names` | list of string | `[]` | Names |
        | `place` | string | must be given | A place |
        | `share` | number, 0 to 0.5 | none | A share |

        """)
  }

  @Test("Manifests are those of the folders, and the root's only where there are none")
  func folder() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "sluice-manifests-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: root) }
    let files = FileManager.default
    try files.createDirectory(atPath: "\(root)/deployments/b", withIntermediateDirectories: true)
    #expect(ManifestFolder.manifests(below: root) == [])
    try "".write(toFile: "\(root)/prefect.yaml", atomically: true, encoding: .utf8)
    #expect(ManifestFolder.manifests(below: root) == ["\(root)/prefect.yaml"])
    try files.createDirectory(atPath: "\(root)/deployments/a", withIntermediateDirectories: true)
    for name in ["a", "b"] {
      try "".write(toFile: "\(root)/deployments/\(name)/prefect.yaml", atomically: true, encoding: .utf8)
    }
    #expect(
      ManifestFolder.manifests(below: root) == [
        "\(root)/deployments/a/prefect.yaml", "\(root)/deployments/b/prefect.yaml",
      ])
  }

  @Test("A README keeps everything around its table")
  func readme() throws {
    let flow = try FlowDescription(of: Rich.self)
    let before = "# Rich\n\n\(ParameterTable.begin)\nold\n\(ParameterTable.end)\n\nMore.\n"
    let after = try #require(ParameterTable.replacing(in: before, of: flow))
    #expect(after.hasPrefix("# Rich\n\n\(ParameterTable.begin)\n\n| parameter"))
    #expect(after.hasSuffix("\n\(ParameterTable.end)\n\nMore.\n"))
    #expect(!after.contains("old"))
    #expect(ParameterTable.replacing(in: after, of: flow) == after)
    #expect(ParameterTable.replacing(in: "no place", of: flow) == nil)
  }
}
