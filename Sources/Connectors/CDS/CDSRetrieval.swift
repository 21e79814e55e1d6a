public import Essentials
public import FlowKit
import Foundation
import HTTP

/// Gets files from the store so that nothing is asked for twice, whatever happens to the process.
///
/// - A file that an earlier run downloaded is used again.
/// - A job that an earlier run handed in is gone on with: its id is kept in the state of the runs, and where that is lost,
///   or a connection broke before the store's answer came, the store's list of jobs tells.
/// - Waiting for the store's queue, which can take hours, counts towards no timeout; it has a budget of its own.
///   An outage of the store counts towards the same budget, and ends no wait before.
/// - A request that is too large is parted.
public struct CDSRetrieval: Sendable {
  let store: CDS
  let run: FlowRun
  let log: Log
  let budget: Duration
  let cache: CDSFileCache
  let register: CDSJobRegister

  /// - Parameters:
  ///   - log: is told what happens to the job.
  ///   - budget: how long to wait for one file.
  public init(_ store: CDS, run: FlowRun, log: Log, budget: Duration = .seconds(24 * 3600)) {
    self.store = store
    self.run = run
    self.log = log
    self.budget = budget
    cache = CDSFileCache(cacheFolder: run.cacheFolder, store: store.url)
    register = CDSJobRegister(state: run.state, store: store.url)
  }

  /// Parts a request until the store would take each of its parts, as its costing says.
  public func plan(_ request: CDSRequest) async throws -> [CDSRequest] {
    // The file is there, or will not be asked for in this form: its cost is of no interest.
    if cache.file(for: request, now: run.clock.now(), log: .silent) != nil { return [request] }
    let price: (cost: Double, limit: Double)?
    do { price = try await store.cost(of: request) } catch let failure as any Failure {
      // The price is advice: the store itself says whether it takes a request.
      log.warning("the cost of the request is not known: \(failure.message)")
      return [request]
    }
    guard let price, price.cost > price.limit, let (first, second) = request.halves else { return [request] }
    log.info(
      "a request that costs \(Int(price.cost)) where \(Int(price.limit)) are allowed is parted: \(request.inWords)"
    )
    return try await plan(first) + plan(second)
  }

  /// The file of a request; several where the store finds the request too large, none where it has published nothing of
  /// it yet.
  ///
  /// - Parameter inspect: looks into a file, which may be that of a part of the request. Where it throws, the file is
  ///   not kept.
  public func files(
    for request: CDSRequest, inspect: @Sendable (CDSRequest, String) throws -> CDSFile.Content
  ) async throws -> [CDSFile] {
    do { return [try await file(for: request, inspect: inspect)] } catch let failure as CDSFailure {
      if failure.problem == .notPublished {
        log.warning("\(failure.message)")
        return []
      }
      guard failure.problem == .tooLarge, let (first, second) = request.halves else { throw failure }
      log.info("the store finds the request too large; it is parted: \(request.inWords)")
      return try await files(for: first, inspect: inspect) + files(for: second, inspect: inspect)
    }
  }

  /// Says that the work with some files has come to its end: those that are provisional are forgotten, so that the next
  /// run gets what there is then.
  public func release(_ files: [CDSFile]) async throws {
    for file in files where file.content == .provisional {
      try await register.keep(CDSJobRegister.Entry(used: file.job), for: file.request)
      cache.remove(file.request)
    }
  }

  private func file(
    for request: CDSRequest, inspect: @Sendable (CDSRequest, String) throws -> CDSFile.Content
  ) async throws -> CDSFile {
    if let kept = cache.file(for: request, now: run.clock.now(), log: log) {
      log.info(
        "job \(kept.job): its file was downloaded before (\(kept.byteCount) bytes): \(request.inWords)")
      return kept
    }
    var wait = CDSWait(budget: budget)
    var expired = 0
    while true {
      let job = try await end(of: try await currentJob(request, &wait), &wait)
      do {
        let asset = try await ask(&wait, ofJob: true) { try await store.asset(ofJob: job.id) }
        return try await fetch(asset, job: job.id, request, &wait, inspect)
      } catch let failure as CDSFailure {
        switch failure.problem {
        case .notReady:
          // Done by its status, and not yet by its result.
          if let line = try await wait.poll(run, job, at: store.url) { log.info(line) }
          continue
        case .resultsExpired where expired < 2:
          expired += 1
          log.info("job \(job.id): its file has expired; the request is handed in anew")
        case .tooManyQueued:
          log.warning("\(failure.message). The request is handed in again in \(CDSWait.queueFull.inWords)")
          try await wait.pass(CDSWait.queueFull, run, orThrow: failure)
        default:
          if failure.kind == .rejected { try await forget(request) }
          throw failure
        }
        try await forget(request)
      }
    }
  }

  /// The job that works on a request: the one that was handed in before, one that asks for the same, or a new one.
  private func currentJob(_ request: CDSRequest, _ wait: inout CDSWait) async throws -> CDSJob {
    let entry = try await register.entry(for: request)
    if let id = entry.job {
      do {
        let job = try await ask(&wait, ofJob: true) { try await store.job(id) }
        if job.isTimely(run.clock.now()) {
          log.info("job \(id) of an earlier run is gone on with; it is \(job.status.rawValue)")
          return job
        }
        if job.status == .successful {
          log.info("job \(id) of an earlier run is too old: the store may have more by now")
        }
      } catch let failure as CDSFailure where [.noSuchJob, .notAllowed].contains(failure.problem) {
        // Not allowed: it is the job of the user who had the key before.
        log.info("job \(id) of an earlier run is gone")
      }
    }
    if let job = try await adopted(request, entry, &wait) { return job }
    return try await submit(request, entry, &wait)
  }

  private func adopted(
    _ request: CDSRequest, _ entry: CDSJobRegister.Entry, _ wait: inout CDSWait
  ) async throws -> CDSJob? {
    let found: CDSJob?
    do {
      found = try await ask(&wait) {
        try await store.job(for: request, newerThan: entry.used, now: run.clock.now())
      }
    } catch let failure as CDSFailure where failure.kind == .rejected || failure.problem == .noAPI {
      // A proxy or another store that has no list: the request is handed in without.
      log.warning("\(failure.message). Whether a job asks for the same already is not known")
      return nil
    }
    guard let job = found else { return nil }
    log.info("job \(job.id) asks for the same and is \(job.status.rawValue): it is gone on with")
    try await register.keep(CDSJobRegister.Entry(job: job.id, used: entry.used), for: request)
    return job
  }

  /// Hands a request in. Where the store says that it has not taken it (429, or 503 with the time to come back), it is
  /// handed in again; where its answer was lost, its list of jobs tells whether it has.
  private func submit(
    _ request: CDSRequest, _ entry: CDSJobRegister.Entry, _ wait: inout CDSWait
  ) async throws -> CDSJob {
    var outage = CDSOutage()
    while true {
      do {
        let job = try await store.submit(request)
        try await register.keep(CDSJobRegister.Entry(job: job.id, used: entry.used), for: request)
        log.info("the Climate Data Store took the request as job \(job.id): \(request.inWords)")
        return job
      } catch let failure as any Failure where outage.passes(failure, ofJob: false) {
        try await sitOut(failure, &outage, &wait, job: nil)
        if failure.retryAfter == nil, let job = try await adopted(request, entry, &wait) { return job }
      }
    }
  }

  private func forget(_ request: CDSRequest) async throws {
    let entry = try await register.entry(for: request)
    try await register.keep(CDSJobRegister.Entry(used: entry.job ?? entry.used), for: request)
  }

  /// Waits until the job is done, one way or the other.
  private func end(of job: CDSJob, _ wait: inout CDSWait) async throws -> CDSJob {
    var job = job
    var told = 0
    while true {
      for message in job.messages.dropFirst(told) { log.info("job \(job.id): \(message)") }
      told = max(told, job.messages.count)
      switch job.status {
      case .accepted, .running: break
      case .successful, .failed, .rejected: return job
      case .dismissed, .deleted:
        throw CDSFailure(
          .rejected, "job \(job.id) at \(store.url) was \(job.status.rawValue) before it had a result",
          remedy: "Somebody removed it, in the browser or by another program. Run again to ask anew.")
      }
      if let line = try await wait.poll(run, job, at: store.url) { log.info(line) }
      job = try await ask(&wait, ofJob: true, job) { [id = job.id] in try await store.job(id) }
    }
  }

  /// Asks the store something, and again while it is away: a job goes on there, whether it can be asked or not, and its
  /// place in the queue is worth hours.
  ///
  /// - Parameters:
  ///   - ofJob: whether it is about a job that the store has taken.
  ///   - job: the job that is waited for.
  private func ask<Answer>(
    _ wait: inout CDSWait, ofJob: Bool = false, _ job: CDSJob? = nil, _ question: () async throws -> Answer
  ) async throws -> Answer {
    var outage = CDSOutage()
    while true {
      do { return try await question() } catch let failure as any Failure
        where outage.passes(failure, ofJob: ofJob)
      {
        try await sitOut(failure, &outage, &wait, job: job)
      }
    }
  }

  private func sitOut(
    _ failure: any Failure, _ outage: inout CDSOutage, _ wait: inout CDSWait, job: CDSJob?
  ) async throws {
    let pause = outage.pause(after: failure)
    log.warning("\(failure.message). Next attempt in \(pause.inWords)")
    let ending = job.map { wait.unfinished($0, at: store.url) as any Failure } ?? failure
    try await wait.pass(pause, run, orThrow: ending)
  }

  /// Downloads a file beside its place, looks into it, and keeps it.
  private func fetch(
    _ asset: CDSAsset, job: String, _ request: CDSRequest, _ wait: inout CDSWait,
    _ inspect: @Sendable (CDSRequest, String) throws -> CDSFile.Content
  ) async throws -> CDSFile {
    cache.tidy(now: Date())
    let draft = "\(cache.path(request)).\(run.id.uuidString.prefix(8)).part"
    defer { unlink(draft) }
    try FileManager.default.createDirectory(atPath: cache.folder, withIntermediateDirectories: true)
    var attempt = 1
    while true {
      do {
        let bytes = try await ask(&wait, ofJob: true) {
          try await store.download(asset, to: draft) { fraction in
            run.progress("job \(job.prefix(8))", fraction)
          }
        }
        log.info("job \(job): downloaded \(bytes) bytes of \(request.dataset)")
        break
      } catch let failure as CDSFailure where failure.problem == .wrongLength && attempt < 3 {
        log.warning("\(failure.message). It is downloaded again")
        try await run.clock.sleep(for: .seconds(10) * attempt)
        attempt += 1
      }
    }
    let content: CDSFile.Content
    do { content = try inspect(request, draft) } catch {
      // The same job would give the same file once more.
      try await forget(request)
      throw error
    }
    return try cache.keep(draft, for: request, job: job, content: content, now: run.clock.now())
  }
}
