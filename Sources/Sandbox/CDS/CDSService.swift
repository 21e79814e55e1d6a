internal import Essentials
internal import FoundationEssentials
internal import JSON

/// The stand-in for the Climate Data Store: keys, the way to each resource, and the jobs.
actor CDSService {
  struct Settings: Sendable {
    let queue: CDSQueue
    let costLimit: Int
    let seed: UInt64
    let queueLimit: Int
    let requestsPerMinute: Int?
    /// Seconds for which results are kept.
    let lifetime: Double
    let gridFile: String?
    let land: LandMask
    let holdingNetCDF: @Sendable (() throws -> Void) throws -> Void
    let clock: @Sendable () -> Date
  }

  /// A key and what its owner has accepted.
  struct Account: Sendable {
    let key: String
    var licences: Set<String>
  }

  let api: String
  let assets: String
  let settings: Settings
  let scratch: ScratchFolder
  var accounts: [String: Account]
  var jobs: [String: CDSJob] = [:]
  var files: [String: CDSAsset] = [:]
  private var limited: Set<String> = []
  /// Files whose next download ends in the middle.
  var cuts: Set<String> = []
  /// When each key asked for something within the last minute.
  private var asked: [String: [Date]] = [:]
  /// Who waits for the file of a job.
  var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]
  private var traces = 0

  /// The address of the API and the one of the files: another host, as the service has it.
  init(base: String, port: Int, accounts: [Account], settings: Settings) throws {
    api = base + "/cds/api"
    assets = "http://localhost:\(port)/cds-assets"
    self.accounts = Dictionary(uniqueKeysWithValues: accounts.map { ($0.key, $0) })
    self.settings = settings
    scratch = try ScratchFolder()
  }

  var embargo: CDSEmbargo { CDSEmbargo(today: CalendarDate(utc: settings.clock())) }

  func handle(_ call: Call) async -> Reply {
    do {
      guard let route = call.segments(after: "/cds/api") else { return .proxyPage(404) }
      if call.method == "GET", route.starts(with: ["retrieve", "v1", "jobs"]), route.count > 3 {
        await fileIsMade(for: route[3])
      }
      return try answer(call, route)
    } catch let problem as CDSProblem {
      traces += 1
      let trace = UID.make(seed: UInt64(traces), name: "trace")
      return problem.reply(instance: api + call.path.dropFirst("/cds/api".count), trace: trace)
    } catch {
      return .json(
        [
          "type": "internal server error", "title": "internal server error", "status": 500,
          "detail": .string("\(error)"),
        ], status: 500)
    }
  }

  /// Waits where a job is not done only because its file is not: a caller whose clock leaps would else ask for ever.
  private func fileIsMade(for id: String) async {
    guard let job = jobs[id], case .pending = job.outcome,
      settings.queue.elapsed() - job.arrival >= settings.queue.time
    else { return }
    await withCheckedContinuation { waiting[id, default: []].append($0) }
  }

  /// The user by the key, or a refusal. Keys with a colon are of the service that was shut down.
  private func account(_ call: Call) throws -> Account {
    guard let account = call.header("private-token").flatMap({ accounts[$0] }) else {
      throw CDSProblem.unauthenticated
    }
    try count(account)
    return account
  }

  /// The rate limit: so many requests in any minute (svc limits.py).
  private func count(_ account: Account) throws {
    guard let most = settings.requestsPerMinute else { return }
    let now = settings.clock()
    let recent = (asked[account.key] ?? []).filter { now.timeIntervalSince($0) < 60 }
    asked[account.key] = recent
    if recent.count >= most, let oldest = recent.first {
      throw CDSProblem.rateLimit(max(1, Int((60 - now.timeIntervalSince(oldest)).rounded(.up))))
    }
    asked[account.key] = recent + [now]
  }

  private func dataset(_ id: String) throws -> CDSDataset {
    guard let dataset = CDSDataset.byID[id] else {
      throw CDSProblem.notFound("process", "process \(id) has not been found")
    }
    return dataset
  }

  private func answer(_ call: Call, _ route: [String]) throws -> Reply {
    // The parts of the path behind service and version.
    let rest = Array(route.dropFirst(2))
    switch (call.method, route.prefix(2).joined(separator: "/"), rest.first ?? "", rest.count) {
    case ("GET", "catalogue/v1", _, _): return try catalogue(rest)
    case (_, "profiles/v1", "account", _): return try profile(call, rest, try account(call))
    case ("GET", "retrieve/v1", "processes", 1):
      return .json(["processes": .array(CDSDataset.all.map(process)), "links": []])
    case ("GET", "retrieve/v1", "processes", 2): return .json(process(try dataset(rest[1])))
    case ("POST", "retrieve/v1", "processes", 3): return try post(call, try dataset(rest[1]), rest[2])
    case ("GET", "retrieve/v1", "jobs", 1): return try list(call, try account(call))
    case ("POST", "retrieve/v1", "jobs", 2) where rest[1] == "delete":
      return try deleteMany(call, try account(call))
    case ("GET", "retrieve/v1", "jobs", 2):
      let job = try job(rest[1], try account(call))
      return .json(view.show(job, rel: "self", withLog: call.flag("log"), withRequest: call.flag("request")))
    case ("DELETE", "retrieve/v1", "jobs", 2): return .json(delete(try job(rest[1], try account(call))))
    case ("GET", "retrieve/v1", "jobs", 3) where rest[2] == "results":
      return try results(try job(rest[1], try account(call)))
    case ("GET", "retrieve/v1", "jobs", 3) where rest[2] == "receipt":
      return receipt(try job(rest[1], try account(call)))
    default: throw CDSProblem(status: 404, type: "not found", title: "not found", detail: "Not Found")
    }
  }

  private func post(_ call: Call, _ dataset: CDSDataset, _ verb: String) throws -> Reply {
    let body = try? JSONValue(parsing: call.body)
    guard let inputs = body?["inputs"]?.object else {
      throw CDSProblem.unprocessable("the body must be a JSON object with the member \"inputs\"")
    }
    switch verb {
    case "execution", "execute": return try execute(inputs, dataset, try account(call))
    case "costing": return try costing(inputs, dataset)
    case "constraints": return try constraints(inputs, dataset)
    default: throw CDSProblem(status: 404, type: "not found", title: "not found", detail: "Not Found")
    }
  }

  /// Takes a request in, after the checks that the service makes before it queues.
  private func execute(_ inputs: JSONObject, _ dataset: CDSDataset, _ account: Account) throws -> Reply {
    let scenario = inputs["_scenario"]?.string
    if scenario == "429", limited.insert(account.key).inserted { throw CDSProblem.rateLimit(2) }
    if let reason = dataset.closed { throw CDSProblem.forbidden("permission denied", reason) }
    if !account.licences.contains(dataset.licence) || scenario == "licence" {
      throw CDSProblem.forbidden(
        "required licences not accepted",
        "Not all the required licences have been accepted; please visit https://cds.climate.copernicus.eu/datasets/\(dataset.id)?tab=download#manage-licences to accept the required licence(s)."
      )
    }
    if scenario == "invalid" {
      throw CDSProblem.invalid(
        "None of the data you have requested is available yet, please revise the period requested. The latest date available for this dataset is: \(embargo.lastDay) 23:00"
      )
    }
    let request = try CDSRequest(inputs, dataset: dataset, embargo: embargo)
    if request.cost > settings.costLimit || scenario == "cost" {
      throw CDSProblem.forbidden(
        "cost limits exceeded", "Your request is too large, please reduce your selection.")
    }
    var source = SystemRandomNumberGenerator()
    var job = CDSJob(
      id: Self.uuid(&source), number: jobs.count, dataset: dataset, inputs: inputs, owner: account.key,
      created: settings.clock(), arrival: settings.queue.elapsed())
    let waiting = jobs.values.filter {
      $0.owner == account.key && ["accepted", "running"].contains($0.status(settings.queue))
    }
    if waiting.count >= settings.queueLimit || scenario == "reject" {
      job.endsAtOnce = scenario != "reject"
      job.outcome = .rejected(
        "Number of API queued requests per user is limited to \(settings.queueLimit). Please wait for some of your requests to complete."
      )
    } else if scenario == "fail" || !request.isNetCDF {
      job.outcome = .failed(
        request.isNetCDF
          ? "MARS returned no data, please check your selection.Request submitted to the MARS server:\n[...]"
          : "This stand-in makes no GRIB: ask for data_format netcdf.")
    }
    jobs[job.id] = job
    if scenario == "cut" { cuts.insert(job.id) }
    if case .pending = job.outcome { produce(request, for: job.id) }
    // Whatever becomes of it, it was taken in.
    job.endsAtOnce = false
    var reply = Reply.json(view.show(job, rel: "monitor", withLog: false, withRequest: false), status: 201)
    reply.headers.append(("Location", "\(api)/retrieve/v1/jobs/\(job.id)"))
    return reply
  }

  var view: CDSJobView { CDSJobView(api: api, queue: settings.queue) }

  private static func uuid(_ source: inout some RandomNumberGenerator) -> String {
    func hex(_ digits: Int) -> String {
      let text = String(
        source.next() & (digits == 12 ? 0xFFFF_FFFF_FFFF : digits == 8 ? 0xFFFF_FFFF : 0xFFFF) as UInt64,
        radix: 16)
      return String(repeating: "0", count: digits - text.count) + text
    }
    return "\(hex(8))-\(hex(4))-4\(hex(4).dropFirst())-a\(hex(4).dropFirst())-\(hex(12))"
  }

  private func job(_ id: String, _ account: Account) throws -> CDSJob {
    guard let job = jobs[id] else { throw CDSProblem.notFound("job", "job \(id) not found") }
    guard job.owner == account.key else {
      throw CDSProblem.forbidden("permission denied", "operation not allowed")
    }
    return job
  }
}
