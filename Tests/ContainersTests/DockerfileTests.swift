import Foundation
import JSON
import Testing

@Suite("The Dockerfiles") struct DockerfileTests {
  static let served = Project.flows.map { "deployments/\($0)/Dockerfile" }
  static let all = ["Dockerfile"] + served

  /// The name of the deployment that an image serves.
  static let names = [
    "dhis2_era5_climate_import": "dhis2-era5-climate-docker", "dhis2_org_units": "dhis2-org-units-docker",
    "json_filter": "json-filter-docker", "retrieve_github_stars": "retrieve-github-stars-docker",
  ]

  @Test(
    "Every flow that can be deployed has an image, and serves it under a name of its own without a schedule")
  func images() throws {
    #expect(Project.flows == Self.names.keys.sorted())
    for (flow, name) in Self.names {
      let stage = try Dockerfile("deployments/\(flow)/Dockerfile").runtime
      #expect(try stage.words("CMD") == ["sluice", "serve", flow, "--name", name])
      // Words of no shell: the program itself gets the signals.
      #expect(stage.last("ENTRYPOINT") == nil)
    }
    // By a name that lasts: a container that is made anew finds the runs of the one before it, on the same volume.
    #expect(
      try Dockerfile("Dockerfile").runtime.words("CMD")
        == [
          "sluice", "worker", "start", "--pool", "default", "--name", "sluice-worker", "--with-healthcheck",
        ])
  }

  @Test(
    "All have the same lines but for the command, so that a builder does the work once", arguments: served)
  func sameLines(path: String) throws {
    let root = try Dockerfile("Dockerfile")
    #expect(root.common.count > 40)
    #expect(try Dockerfile(path).common == root.common)
  }

  @Test("Bases are pinned: the Swift of this project and Debian 12, slim")
  func bases() throws {
    let file = try Dockerfile("Dockerfile")
    #expect(file.build.base == "swift:6.3.1-bookworm")
    #expect(file.runtime.base == "debian:bookworm-slim")
  }

  @Test("The runtime stage has libcurl, libnetcdf, libxml2 and the CA roots, and nothing else")
  func packages() throws {
    let runtime = try Dockerfile("Dockerfile").runtime
    #expect(runtime.packages == ["ca-certificates", "libcurl4", "libnetcdf19", "libxml2"])
    for stage in [runtime, try Dockerfile("Dockerfile").build] {
      let install = try #require(stage.texts("RUN").first { $0.contains("apt-get install") })
      #expect(install.contains("--no-install-recommends") && install.contains("rm -rf /var/lib/apt/lists/*"))
    }
  }

  @Test("The build stage installs what scripts/setup does, and builds as make release does")
  func build() throws {
    let stage = try Dockerfile("Dockerfile").build
    let setup = try Project.text("scripts/setup").split(separator: "\n").compactMap { line -> String? in
      let words = line.split(separator: " ").map(String.init)
      return words.first == "need" && words.count == 3 ? words[2] : nil
    }
    #expect(setup.count == 5)
    #expect(Set(stage.packages) == Set(setup + ["pkg-config"]))
    let command = "swift build -c release --static-swift-stdlib --product sluice"
    #expect(stage.texts("RUN").contains { $0.hasPrefix(command) })
    let release = try #require(
      try Project.text("Makefile").split(separator: "\n").drop { !$0.hasPrefix("release:") }.dropFirst().first
    )
    #expect(release.contains(command.dropFirst("swift ".count)))
  }

  @Test("Every path that is copied exists and is let into the context; every folder of the package is copied")
  func context() throws {
    let file = try Dockerfile("Dockerfile")
    let copied = file.build.copied + file.runtime.copied
    let ignore = try Project.text(".dockerignore").split(separator: "\n").map(String.init).filter {
      !$0.hasPrefix("#")
    }
    #expect(ignore.first == "*")
    for path in copied {
      #expect(Project.exists(path), "\(path) is copied and does not exist")
      #expect(ignore.contains("!\(path)"), "\(path) is copied and ignored")
    }
    #expect(Set(ignore.filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) }) == Set(copied))
    // SwiftPM wants the folders of all targets, whatever is built.
    let manifest = try Project.text("Package.swift")
    for folder in ["Sources", "Tests", "Benchmarks", "Examples"] {
      #expect(manifest.contains("\(folder)/") || ["Sources", "Tests"].contains(folder))
      #expect(file.build.copied.contains(folder))
    }
    for secret in [".env", ".git", ".build"] { #expect(!ignore.contains("!\(secret)")) }
    #expect(ignore.contains("**/.env"))
  }

  @Test("They run as a user who is not root, made there, and own nothing but the folder of state")
  func user() throws {
    let stage = try Dockerfile("Dockerfile").runtime
    #expect(stage.last("USER") == "sluice")
    let made = try #require(stage.texts("RUN").first { $0.contains("useradd") })
    #expect(made.contains("groupadd --gid 10001 sluice"))
    #expect(made.contains("useradd --uid 10001 --gid 10001 --home-dir /var/lib/sluice --create-home"))
    let environment = stage.environment
    #expect(environment["HOME"] == "/var/lib/sluice")
    #expect(environment["XDG_STATE_HOME"]?.hasPrefix("/var/lib/sluice/") == true)
    #expect(environment["XDG_CACHE_HOME"]?.hasPrefix("/var/lib/sluice/") == true)
    // What comes after USER must not need root.
    let order = stage.instructions.map(\.name)
    let place = try #require(order.firstIndex(of: "USER"))
    #expect(!order[place...].contains("RUN") && !order[place...].contains("COPY"))
  }

  @Test("The health server is on at 0.0.0.0:8080, exposed, and asked by the program itself every 30 s")
  func health() throws {
    let stage = try Dockerfile("Dockerfile").runtime
    let environment = stage.environment
    #expect(environment["PREFECT_RUNNER_SERVER_ENABLE"] == "true")
    #expect(environment["PREFECT_RUNNER_SERVER_HOST"] == "0.0.0.0")
    #expect(environment["PREFECT_RUNNER_SERVER_PORT"] == "8080")
    #expect(environment["PREFECT_WORKER_WEBSERVER_HOST"] == "0.0.0.0")
    #expect(environment["PREFECT_WORKER_WEBSERVER_PORT"] == "8080")
    #expect(stage.texts("EXPOSE") == ["8080"])
    #expect(stage.last("STOPSIGNAL") == "SIGTERM")
    let health = try #require(stage.last("HEALTHCHECK"))
    #expect(health.hasPrefix("--interval=30s --timeout=10s --start-period=60s --retries=3"))
    #expect(try stage.words("HEALTHCHECK") == ["sluice", "health"])
  }

  @Test("Every variable that an image sets is one that the program or its world reads")
  func variables() throws {
    for name in try Dockerfile("Dockerfile").runtime.environment.keys where name != "HOME" {
      #expect(Project.sources.contains("\"\(name)\""), "nothing reads \(name)")
    }
  }

  @Test("No image has a secret in its lines", arguments: all)
  func secrets(path: String) throws {
    let text = try Project.text(path)
    for word in ["PASSWORD", "TOKEN", "SECRET", "API_KEY", "CDSAPI_KEY", "AUTH_STRING"] {
      #expect(!text.contains(word), "\(path) names \(word)")
    }
  }
}
