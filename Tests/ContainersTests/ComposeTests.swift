import Foundation
import JSON
import Testing

@Suite("compose.yml is as the pages' tables say") struct ComposeTests {
  private let document: JSONValue
  private let services: JSONObject

  init() throws {
    document = try Project.yaml("compose.yml")
    services = try #require(document["services"]?.object)
  }

  /// The services of images that are built here.
  private var own: [(name: String, service: JSONValue)] {
    services.filter { $0.value["build"] != nil }.map { (name: $0.key, service: $0.value) }
  }

  private func environment(_ name: String) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: (services[name]?["environment"]?.object ?? [:]).map {
        ($0.key, $0.value.string ?? "")
      })
  }

  @Test("The services are those of the page, and one for every flow that is served")
  func names() {
    #expect(
      Set(services.keys)
        == Set(
          ["postgres", "prefect-server", "sluice-worker", "rustfs", "create-blocks"]
            + DockerfileTests.names.values))
  }

  @Test(
    "Images",
    arguments: [
      ("postgres", "postgres:17-alpine"), ("prefect-server", "prefecthq/prefect:3-python3.13"),
      ("rustfs", "rustfs/rustfs:latest"), ("sluice-worker", "sluice"), ("create-blocks", "sluice"),
    ])
  func images(name: String, image: String) { #expect(services[name]?["image"]?.string == image) }

  @Test(
    "Ports: 4200, 9000 and 9001, on this machine alone unless said otherwise; the database's is not published"
  )
  func ports() {
    func ports(_ name: String) -> [String] { services[name]?["ports"]?.array?.compactMap(\.string) ?? [] }
    #expect(ports("prefect-server") == ["${PUBLISH_ADDRESS:-127.0.0.1}:4200:4200"])
    #expect(
      ports("rustfs") == [
        "${PUBLISH_ADDRESS:-127.0.0.1}:9000:9000", "${PUBLISH_ADDRESS:-127.0.0.1}:9001:9001",
      ])
    for name in services.keys where name != "prefect-server" && name != "rustfs" {
      #expect(ports(name) == [])
    }
    #expect(services["postgres"]?["expose"] == nil)
  }

  @Test("Credentials: prefect three times, and admin twice unless .env has others")
  func credentials() {
    #expect(
      environment("postgres")
        == ["POSTGRES_USER": "prefect", "POSTGRES_PASSWORD": "prefect", "POSTGRES_DB": "prefect"])
    #expect(environment("rustfs")["RUSTFS_ACCESS_KEY"] == "${RUSTFS_ACCESS_KEY:-admin}")
    #expect(environment("rustfs")["RUSTFS_SECRET_KEY"] == "${RUSTFS_SECRET_KEY:-admin}")
    #expect(environment("rustfs")["RUSTFS_ADDRESS"] == "0.0.0.0:9000")
    #expect(environment("rustfs")["RUSTFS_CONSOLE_ADDRESS"] == "0.0.0.0:9001")
  }

  @Test("What services share stands in x-prefect-env, and all of Prefect's and Sluice's have it")
  func shared() throws {
    let shared: JSONObject = [
      "PREFECT_API_DATABASE_CONNECTION_URL": "postgresql+asyncpg://prefect:prefect@postgres:5432/prefect",
      "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    ]
    #expect(document["x-prefect-env"]?.object.map { Set($0.keys) } == Set(shared.keys))
    #expect(try Project.text("compose.yml").contains("x-prefect-env: &prefect-env\n"))
    for name in ["prefect-server"] + own.map(\.name) {
      for (key, value) in shared { #expect(services[name]?["environment"]?[key] == value, "\(name) \(key)") }
    }
    for (name, _) in own {
      #expect(environment(name)["PREFECT_API_URL"] == "http://prefect-server:4200/api")
      #expect(environment(name)["AWS_ENDPOINT_URL_S3"] == "http://rustfs:9000")
      #expect(environment(name)["AWS_ACCESS_KEY_ID"] == "${RUSTFS_ACCESS_KEY:-admin}")
      #expect(environment(name)["AWS_SECRET_ACCESS_KEY"] == "${RUSTFS_SECRET_KEY:-admin}")
    }
  }

  @Test(
    "The server's login is passed on where it is set, and never empty, which would be a login that nobody has"
  )
  func login() throws {
    #expect(services["prefect-server"]?["environment"]?["PREFECT_SERVER_API_AUTH_STRING"] == .null)
    #expect(try Project.text("scripts/server").contains("|| unset PREFECT_SERVER_API_AUTH_STRING"))
  }

  @Test("Sluice's services are given nothing that nobody reads")
  func read() throws {
    let blocks = try Project.text("blocks/storage/rustfs.yaml")
    // Two of the shared ones are the server's alone.
    let ofServer: Set = ["PREFECT_SERVER_ANALYTICS_ENABLED", "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT"]
    for (name, _) in own {
      for key in environment(name).keys where !ofServer.contains(key) {
        #expect(
          Project.sources.contains("\"\(key)\"") || blocks.contains("${\(key):-"),
          "\(name): nothing reads \(key)")
      }
    }
  }

  @Test("A served flow gets the credentials of the page's table from the shell, too, and no others")
  func needed() {
    for (flow, name) in DockerfileTests.names {
      let given = Set(environment(name).keys)
      let dhis2: Set = ["DHIS2_BASE_URL", "DHIS2_USERNAME", "DHIS2_PASSWORD", "DHIS2_TOKEN"]
      #expect(given.isSuperset(of: dhis2) == flow.hasPrefix("dhis2"), "\(name)")
      #expect(given.isDisjoint(with: dhis2) == !flow.hasPrefix("dhis2"), "\(name)")
      #expect(given.contains("CDSAPI_KEY") == flow.contains("era5"), "\(name)")
      #expect(!given.contains("PREFECT_SERVER_API_AUTH_STRING"))
    }
    #expect(
      Set(environment("sluice-worker").keys).isSuperset(of: ["DHIS2_PASSWORD", "CDSAPI_KEY", "GITHUB_TOKEN"]))
  }

  @Test("All of .env goes to the services that run or deploy flows, and it may be missing")
  func environmentFile() throws {
    for (name, service) in own {
      // Without a .env it is a file that is there and sets nothing; a list with `required: false` is not in the schema.
      #expect(service["env_file"] == "${SLUICE_ENV_FILE:-.env.example}", "\(name)")
    }
    #expect(try Project.text(".env.example").split(separator: "\n").contains("SLUICE_ENV_FILE=.env"))
    for name in services.keys where services[name]?["build"] == nil {
      #expect(services[name]?["env_file"] == nil, "\(name)")
    }
  }

  @Test("What .env has for use outside the stack does not take a service out of its network")
  func pinned() throws {
    let stage = try Dockerfile("Dockerfile").runtime
    for (name, _) in own {
      let given = environment(name)
      // What compose.yml sets wins over a file, the empty ones too.
      #expect(given["PREFECT_API_URL"]?.isEmpty == false && given["AWS_ENDPOINT_URL_S3"]?.isEmpty == false)
      #expect(given["SLUICE_BLOCKS"] == stage.environment["SLUICE_BLOCKS"], "\(name)")
      #expect(given["PREFECT_PROFILE"] == "" && given["AWS_SESSION_TOKEN"] == "", "\(name)")
    }
  }

  @Test("Every service waits for those that it needs to be well, and those have a health check")
  func order() throws {
    #expect(services["prefect-server"]?["depends_on"] == ["postgres": ["condition": "service_healthy"]])
    for (name, service) in own {
      #expect(service["depends_on"]?["prefect-server"]?["condition"] == "service_healthy", "\(name)")
      for awaited in service["depends_on"]?.object?.keys ?? [] {
        #expect(services[awaited]?["healthcheck"]?["test"] != nil, "\(awaited)")
      }
    }
    #expect(services["create-blocks"]?["depends_on"]?["rustfs"]?["condition"] == "service_healthy")
    #expect(services["postgres"]?["healthcheck"]?["test"]?[1]?.string == "pg_isready -U prefect -d prefect")
  }

  @Test(
    "Commands: the server at every address, the worker on pool default, and what the images do by themselves")
  func commands() throws {
    func command(_ name: String) -> [String]? { services[name]?["command"]?.array?.compactMap(\.string) }
    #expect(command("prefect-server") == ["prefect", "server", "start", "--host", "0.0.0.0"])
    #expect(
      command("sluice-worker")?.starts(with: ["sluice", "worker", "start", "--pool", "default"]) == true)
    #expect(command("sluice-worker")?.contains("--with-healthcheck") == true)
    #expect(command("create-blocks") == ["scripts/create_blocks", "storage", "http://rustfs:9000"])
    #expect(Project.exists("scripts/create_blocks"))
    for (flow, name) in DockerfileTests.names {
      let build = services[name]?["build"]
      #expect(build?["context"] == ".")
      let path = try #require(build?["dockerfile"]?.string)
      #expect(path == "deployments/\(flow)/Dockerfile" && Project.exists(path))
      let own = try #require(try Dockerfile(path).runtime.words("CMD"))
      #expect((command(name) ?? own).starts(with: own))
      #expect((command(name) ?? own).allSatisfy { !["--cron", "--interval", "--rrule"].contains($0) })
    }
  }

  @Test(
    "deployments/ and blocks/ are mounted where the image has them, and state is kept where its user may write"
  )
  func volumes() throws {
    let stage = try Dockerfile("Dockerfile").runtime
    #expect(stage.last("WORKDIR") == "/opt/prefect")
    #expect(stage.environment["SLUICE_BLOCKS"] == "/opt/prefect/blocks")
    let named = Set(document["volumes"]?.object?.keys ?? [])
    var used: Set<String> = []
    for (name, service) in services {
      for volume in service["volumes"]?.array?.compactMap(\.string) ?? [] {
        let parts = volume.split(separator: ":").map(String.init)
        if parts[0].hasPrefix("./") {
          #expect(Project.exists(parts[0]), "\(name) mounts \(parts[0])")
          #expect(parts[1] == "/opt/prefect/\(parts[0].dropFirst(2))" && parts[2] == "ro")
          #expect(stage.copied.contains(String(parts[0].dropFirst(2))))
        } else {
          #expect(named.contains(parts[0]), "\(name) uses \(parts[0])")
          #expect(used.insert(parts[0]).inserted, "\(parts[0]) is used twice")
        }
      }
    }
    #expect(used == named)
    for (name, service) in own where name != "create-blocks" {
      let volumes = service["volumes"]?.array?.compactMap(\.string) ?? []
      #expect(
        volumes.starts(with: ["./deployments:/opt/prefect/deployments:ro", "./blocks:/opt/prefect/blocks:ro"])
      )
      #expect(volumes.last?.hasSuffix(":/var/lib/sluice") == true)
    }
  }

  @Test("Services have time to stop, Sluice's without rights and behind an init")
  func stopping() {
    for (name, service) in services { #expect(service["stop_grace_period"] != nil, "\(name)") }
    for (name, service) in own {
      // The worker's own ten seconds, and more.
      #expect(service["stop_grace_period"] == "30s", "\(name)")
      #expect(service["init"] == true && service["cap_drop"] == ["ALL"], "\(name)")
      #expect(service["security_opt"] == ["no-new-privileges:true"], "\(name)")
    }
  }

  @Test("What holds results: the bucket of the stack, by the addresses and keys that it has")
  func results() throws {
    let keys = try Project.yaml("blocks/storage/rustfs.yaml")
    #expect(keys["type"] == "minio-credentials" && keys["name"] == "rustfs")
    #expect(keys["values"]?["minio_root_user"] == "${RUSTFS_ACCESS_KEY:-admin}")
    #expect(keys["values"]?["minio_root_password"] == "${RUSTFS_SECRET_KEY:-admin}")
    #expect(keys["values"]?["aws_client_parameters"]?["endpoint_url"] == "http://rustfs:9000")
    let bucket = try Project.yaml("blocks/storage/results.yaml")
    #expect(bucket["type"] == "s3-bucket" && bucket["name"] == "results")
    #expect(bucket["values"]?["credentials"] == "minio-credentials/rustfs")
    // Files of flows go to the same bucket.
    let name = try #require(bucket["values"]?["bucket_name"]?.string)
    let text = try Project.text("compose.yml") + Project.text(".env.example")
    let addresses = text.matches(of: /s3:\/\/([a-z0-9-]+)\//).map { String($0.1) }
    #expect(addresses.count >= 5)
    #expect(Set(addresses) == [name])
  }

  @Test("Hosts that are named are services")
  func hosts() throws {
    let text = try Project.text("compose.yml")
    let hosts = text.matches(of: /(?:http|asyncpg):\/\/(?:prefect:prefect@)?([a-z-]+):/).map { String($0.1) }
    #expect(hosts.count >= 5)
    for host in Set(hosts) where host != "localhost" { #expect(services[host] != nil, "\(host)") }
  }
}

@Suite("The variables of .env") struct EnvironmentFileTests {
  /// The names in .env.example, and what stands behind them.
  private func example() throws -> [String: String] {
    let lines = try Project.text(".env.example").split(separator: "\n").filter { $0.contains("=") }
      .map { $0.drop { $0 == "#" || $0 == " " } }
    return Dictionary(
      uniqueKeysWithValues: lines.compactMap { line in
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
          String.init)
        return parts[0].wholeMatch(of: /[A-Z][A-Z0-9_]+/) == nil ? nil : (parts[0], parts[1])
      })
  }

  @Test("Each is read: by the program, by compose.yml, or by a manifest; and compose.yml fills in no other")
  func known() throws {
    let names = Set(try example().keys)
    #expect(names.count >= 12)
    let compose = try Project.text("compose.yml")
    // In ${...}, or a name without a value, which is passed on.
    let filled = Set(
      compose.matches(of: /\$\{([A-Z0-9_]+):-/).map { String($0.1) }
        + compose.matches(of: /\n +([A-Z0-9_]+):\n/).map { String($0.1) })
    #expect(compose.matches(of: /\$\{/).count == compose.matches(of: /\$\{[A-Z0-9_]+:-[^}]*\}/).count)
    #expect(filled.isSubset(of: names), "\(filled.subtracting(names))")
    let manifests = try Project.flows.map { try Project.text("deployments/\($0)/prefect.yaml") }.joined()
    for name in names {
      #expect(
        filled.contains(name) || Project.sources.contains("\"\(name)\"") || manifests.contains("$\(name)"),
        "nothing reads \(name)")
    }
    let ofCompose: Set = ["PUBLISH_ADDRESS", "SLUICE_ENV_FILE"]
    for name in filled
    where !name.hasPrefix("RUSTFS_") && !ofCompose.contains(name) && !name.contains("_SERVER_") {
      #expect(Project.sources.contains("\"\(name)\""), "the program does not read \(name)")
    }
  }

  @Test("Copied as it is, it names itself and sets nothing else, and it has no secret")
  func harmless() throws {
    let lines = try Project.text(".env.example").split(separator: "\n")
    #expect(lines.filter { !$0.hasPrefix("#") } == ["SLUICE_ENV_FILE=.env"])
    for (name, value) in try example()
    where name.contains("PASSWORD") || name.contains("KEY") || name.contains("TOKEN") {
      #expect(value.isEmpty, "\(name)")
    }
    let auth = try example()
    #expect(auth["PREFECT_SERVER_API_AUTH_STRING"] == auth["PREFECT_API_AUTH_STRING"])
  }
}
