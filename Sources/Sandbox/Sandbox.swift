internal import Essentials
internal import FoundationEssentials
internal import JSON
internal import ServiceLifecycle
internal import Synchronization

/// Stand-ins for DHIS2, the Climate Data Store and GitHub on the loopback interface, with a made-up country: for
/// demos and tests. They refuse what the real services refuse.
///
///     let sandbox = try await Sandbox.start(SandboxOptions())
///     print(sandbox.dhis2URL, sandbox.cdsURL, sandbox.githubURL)
///     await sandbox.stop()
///
/// Some addresses are for whoever drives it from another process: `POST /_sandbox/faults` with the faults to come, `GET`
/// for those that are left, `DELETE` to forget them; `GET /_sandbox/requests` for what came in,
/// `GET /_sandbox/requests/counts` for how often each came, `DELETE /_sandbox/requests` to begin anew; and
/// `GET /_sandbox/values` for the number of data values that DHIS2 holds.
public final class Sandbox: Sendable {
  /// `http://127.0.0.1:PORT`.
  public let baseURL: String
  /// The address of DHIS2, without `/api`.
  public var dhis2URL: String { baseURL + "/dhis2" }
  /// A user with everything that an import needs, over the whole country.
  public let dhis2Username = "etl"
  public let dhis2Password: String
  /// The same user's personal access token.
  public let dhis2Token: String
  /// A token of the same user that has run out.
  public let dhis2ExpiredToken: String
  /// A token of the same user that is good for reading only: its methods are limited to GET.
  public let dhis2ReadToken: String
  /// A token of the same user that is good from another address only.
  public let dhis2RemoteToken: String
  /// A token of ``dhis2DisabledUsername``.
  public let dhis2DisabledToken: String
  /// A user who may do nothing but look. The password is the same for all users.
  public let dhis2GuestUsername = "guest"
  /// A user with the authorities of the first, over one region only.
  public let dhis2RegionalUsername = "regional"
  /// A user with the authorities of the first, over one district only.
  public let dhis2DistrictUsername = "district"
  /// A user who is switched off.
  public let dhis2DisabledUsername = "disabled"
  /// A user of whom a second factor is asked, so that the password alone is refused.
  public let dhis2SecondFactorUsername = "careful"
  /// A superuser.
  public let dhis2AdminUsername = "admin"
  /// A superuser who enters data everywhere, and has one region for data view.
  public let dhis2ViewerUsername = "viewer"
  /// The address of the Climate Data Store, as in `~/.cdsapirc`.
  public var cdsURL: String { baseURL + "/cds/api" }
  public let cdsKey = "5a1c1a00-0000-4000-8000-000000000001"
  /// The key of somebody else, who may not see the first one's jobs.
  public let cdsOtherKey = "00000000-0000-0000-0000-000000000000"
  /// The key of somebody who has accepted no licence.
  public let cdsKeyWithoutLicence = "5a1c1a00-0000-4000-8000-000000000002"
  /// The address of GitHub's API.
  public var githubURL: String { baseURL + "/github" }
  public let githubToken: String
  /// The port that was taken.
  public let port: Int

  private let stateFile: String?
  private let dhis2: DHIS2Service
  private let cds: CDSService
  private let github: GitHubService
  private let country: Country
  private let desk: Desk
  private let group: ServiceGroup
  private let running: Task<Void, any Error>

  /// Starts the services and returns when they answer.
  ///
  /// - Throws: `Misconfiguration` where a file of the options cannot be used or the port is taken.
  public static func start(_ options: SandboxOptions) async throws -> Sandbox {
    let country =
      try options.orgUnitsFile.map { try Country.file($0, seed: options.seed) }
      ?? Country.madeUp(size: options.countrySize, seed: options.seed)
    if let path = options.gridFile { _ = try ServedFile.size(path) }
    let desk = Desk(faults: options.faults)
    let box = Box()
    let server = SandboxServer(
      handler: { call, tooLong in
        guard let dispatch = box.dispatch else { return (.proxyPage(503), nil) }
        return await dispatch.handle(call, tooLong: tooLong)
      },
      bodyLimit: { path in path.hasPrefix("/dhis2") ? options.bodyLimit : 64 << 20 })
    let (ports, signal) = AsyncStream<Int>.makeStream()
    let group = server.group(port: options.port) { port in signal.yield(port) }
    let running = Task {
      defer { signal.finish() }
      try await group.run()
    }
    guard let port = await ports.first(where: { _ in true }) else {
      do { try await running.value } catch {
        throw Misconfiguration(
          "starting the sandbox on port \(options.port): \(error)",
          remedy: "Choose another port, or 0 for any.")
      }
      throw Fault("starting the sandbox on port \(options.port): the server ended at once")
    }
    do {
      let sandbox = try Sandbox(
        options, country: country, port: port, desk: desk, group: group, running: running)
      if let path = options.stateFile, let kept = FileManager.default.contents(atPath: path) {
        guard let document = try? JSONValue(parsing: Array(kept)) else {
          throw Misconfiguration(
            "\(path) is no state of a sandbox", remedy: "Remove it: the sandbox then begins afresh.")
        }
        try await sandbox.dhis2.restore(document, from: path)
      }
      box.set(
        Dispatch(
          base: sandbox.baseURL, dhis2: sandbox.dhis2, cds: sandbox.cds, github: sandbox.github, desk: desk))
      return sandbox
    } catch {
      await group.triggerGracefulShutdown()
      throw error
    }
  }

  private init(
    _ options: SandboxOptions, country: Country, port: Int, desk: Desk, group: ServiceGroup,
    running: Task<Void, any Error>
  ) throws {
    self.port = port
    stateFile = options.stateFile
    baseURL = "http://127.0.0.1:\(port)"
    self.country = country
    self.desk = desk
    self.group = group
    self.running = running
    let password = "sandbox-\(UID.make(seed: options.seed, name: "password"))"
    dhis2Password = password
    dhis2Token = DHIS2User.token("etl", seed: options.seed)
    dhis2ExpiredToken = DHIS2User.token("etl expired", seed: options.seed)
    dhis2ReadToken = DHIS2User.token("etl read", seed: options.seed)
    dhis2RemoteToken = DHIS2User.token("etl remote", seed: options.seed)
    dhis2DisabledToken = DHIS2User.token("disabled", seed: options.seed)
    githubToken = "ghp_sandbox\(UID.make(seed: options.seed, name: "github"))"
    let root = country.root.id
    let authorities: Set<String> = [
      "F_DATAVALUE_ADD", "F_DATAELEMENT_PUBLIC_ADD", "F_DATASET_PUBLIC_ADD", "F_DATAELEMENTGROUP_PUBLIC_ADD",
      "F_PERFORM_MAINTENANCE", "F_METADATA_IMPORT",
    ]
    func user(_ name: String, _ authorities: Set<String>, _ unit: String) -> DHIS2User {
      DHIS2User(
        id: UID.make(seed: options.seed, name: "user \(name)"), username: name, password: password,
        authorities: authorities, orgUnits: [unit], viewUnits: [unit])
    }
    var etl = user("etl", authorities, root)
    let (start, month) = (options.now(), 30.0 * 86_400)
    let expiry = start.addingTimeInterval(month)
    etl.tokens = [
      DHIS2User.Token(text: dhis2Token, expiry: expiry),
      DHIS2User.Token(text: dhis2ExpiredToken, expiry: start.addingTimeInterval(-month)),
      DHIS2User.Token(text: dhis2ReadToken, expiry: expiry, methods: ["GET"]),
      DHIS2User.Token(text: dhis2RemoteToken, expiry: expiry, addresses: ["203.0.113.7"]),
    ]
    let region = country.units.first { $0.level == 2 }?.id ?? root
    let district = country.units.first { $0.level == 3 }?.id ?? region
    var disabled = user(dhis2DisabledUsername, authorities, root)
    disabled.isDisabled = true
    disabled.tokens = [DHIS2User.Token(text: dhis2DisabledToken, expiry: expiry)]
    var careful = user(dhis2SecondFactorUsername, authorities, root)
    careful.hasSecondFactor = true
    // Without units for data view of their own, those for capture count.
    var regional = user(dhis2RegionalUsername, authorities, region)
    regional.viewUnits = []
    var viewer = user(dhis2ViewerUsername, ["ALL"], root)
    viewer.viewUnits = [region]
    dhis2 = DHIS2Service(
      country: country,
      users: [
        etl, user(dhis2GuestUsername, [], root), regional,
        user(dhis2DistrictUsername, authorities, district), disabled, careful,
        user(dhis2AdminUsername, ["ALL"], root), viewer,
      ],
      settings: DHIS2Service.Settings(
        version: options.dhis2Version, calendar: options.calendar, dataSetDelay: options.dataSetDelay),
      base: baseURL, clock: options.now)
    cds = try CDSService(
      base: baseURL, port: port,
      accounts: [
        CDSService.Account(key: cdsKey, licences: ["cc-by"]),
        CDSService.Account(key: cdsOtherKey, licences: ["cc-by"]),
        CDSService.Account(key: cdsKeyWithoutLicence, licences: []),
      ],
      settings: CDSService.Settings(
        queue: CDSQueue(time: options.queueTime, elapsed: options.elapsed), costLimit: options.costLimit,
        seed: options.seed,
        queueLimit: options.queueLimit, requestsPerMinute: options.requestsPerMinute,
        lifetime: options.resultLifetime, gridFile: options.gridFile,
        land: country.land, holdingNetCDF: options.holdingNetCDF, clock: options.now))
    github = GitHubService(base: baseURL, token: githubToken, clock: options.now)
  }

  /// Closes all connections and ends the services; keeps what DHIS2 holds, where that was asked for.
  ///
  /// - Throws: `Fault` where it cannot be kept.
  public func stopKeepingState() async throws {
    await stop()
    guard let stateFile else { return }
    do {
      try Data(await dhis2.snapshot().bytes()).write(to: URL(filePath: stateFile), options: .atomic)
    } catch {
      throw Fault("the state of the sandbox cannot be written to \(stateFile): \(error)")
    }
  }

  /// Closes all connections and ends the services.
  public func stop() async {
    await group.triggerGracefulShutdown()
    // Whatever it says, the server is gone when this returns.
    _ = await running.result
  }

  /// The data values that DHIS2 holds, by data element, period and org unit; deleted ones left out.
  public func dataValues() async -> [SandboxDataValue] { await dhis2.dataValues() }

  /// The org units, parents before their children.
  public func orgUnits() -> [SandboxOrgUnit] { country.units }

  /// North, west, south and east of the country's land, in degrees; nil where it has none.
  public func landBounds() -> (north: Double, west: Double, south: Double, east: Double)? {
    country.land.bounds
  }

  /// The requests that came in so far, in the order of their ends; those to `/_sandbox` left out.
  public func requests() async -> [SandboxRequest] { desk.requests }

  /// The user names, each with the password ``dhis2Password``.
  public var dhis2Usernames: [String] {
    [
      dhis2Username, dhis2GuestUsername, dhis2RegionalUsername, dhis2DistrictUsername, dhis2AdminUsername,
      dhis2ViewerUsername, dhis2DisabledUsername, dhis2SecondFactorUsername,
    ]
  }

  /// Adds faults to those still to come.
  public func add(_ faults: SandboxFaults) { desk.add(faults) }

  /// Holds the way to the services until they know their own address.
  private final class Box: Sendable {
    private let content = Mutex<Dispatch?>(nil)
    var dispatch: Dispatch? { content.withLock { $0 } }
    func set(_ dispatch: Dispatch) { content.withLock { $0 = dispatch } }
  }
}
