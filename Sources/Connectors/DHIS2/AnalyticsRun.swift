public import Essentials
import FoundationEssentials
import HTTP
import JSON

/// How analytics tables are to be built.
public struct AnalyticsOptions: Sendable {
  /// Of how many years; nil for all. Zero takes only today's changes.
  public var lastYears: Int?
  /// Whether the tables of events, enrollments, tracked entities and ownership are left out: climate has none, and on
  /// 2.43 some of them fail.
  public var skipsTracker = true
  public var skipsOutliers = true
  /// How long to wait for the end.
  public var deadline: Duration = .seconds(6 * 3_600)
  public var log = Log.silent

  public init(lastYears: Int? = nil) { self.lastYears = lastYears }
}

/// What became of the building of analytics tables.
public struct AnalyticsReport: Sendable, Hashable {
  public let job: String
  /// Whether a run was under way already, and was waited for; so is one whose beginning was not answered.
  public let joined: Bool
  /// What the server gave as the last success before and after, in its own zone.
  public let lastSuccessBefore: String?
  public let lastSuccess: String?
}

extension DHIS2 {
  /// Builds the analytics tables and waits for the end; joins a run that is under way already.
  ///
  /// Needs the authority F_PERFORM_MAINTENANCE, and takes from minutes to hours. Most servers do it every night.
  ///
  /// - Throws: ``DHIS2Failure`` where the run failed, did not end by the deadline, or ended without the server counting
  ///   it as a success.
  public func runAnalytics(_ options: AnalyticsOptions = AnalyticsOptions()) async throws -> AnalyticsReport {
    let operation = "building the analytics tables"
    let before = try await systemInfo().lastAnalyticsTableSuccess
    var running = try await runningAnalytics(operation)
    let job: JobTicket
    if let running {
      job = running
      options.log.info("analytics tables are being built already (job \(running.id)); waiting for that")
    } else {
      do { job = try await startAnalytics(options, operation) } catch let lost as LostStart {
        options.log.info("\(lost.problem); looking whether the run has begun")
        job = try await lostRun(lost, operation)
        running = job
      }
    }
    switch try await wait(for: job, deadline: options.deadline, operation: operation) {
    case .completed: break
    case .failed(let message):
      throw DHIS2Failure(
        .transient, "\(operation) at \(baseURL): job \(job.id) failed: \(message)",
        remedy: "The log of the server says more.")
    default:
      throw DHIS2Failure(
        .transient,
        "\(operation) at \(baseURL): job \(job.id) did not end within \(options.deadline.inWords)",
        remedy: "The values are imported; the tables are built by the server's own schedule.")
    }
    let after = try await systemInfo().lastAnalyticsTableSuccess
    guard after != before, after != nil else {
      throw DHIS2Failure(
        .transient,
        "\(operation) at \(baseURL): job \(job.id) ended, and the last success is still \(after ?? "none")",
        remedy: "The log of the server says why.")
    }
    return AnalyticsReport(
      job: job.id, joined: running != nil, lastSuccessBefore: before, lastSuccess: after)
  }

  /// A request for a run of which nobody knows whether it arrived.
  private struct LostStart: Error {
    let problem: String
  }

  /// Asks for a run. As a second request would queue a second run, it is repeated only where the first did not arrive.
  private func startAnalytics(_ options: AnalyticsOptions, _ operation: String) async throws -> JobTicket {
    var query: [(String, String)] = []
    if options.skipsTracker {
      for part in ["skipEvents", "skipEnrollment", "skipTrackedEntities", "skipOrgUnitOwnership"] {
        query.append((part, "true"))
      }
    }
    if options.skipsOutliers { query.append(("skipOutliers", "true")) }
    if let years = options.lastYears { query.append(("lastYears", "\(years)")) }
    var attempt = 0
    while true {
      attempt += 1
      let failure: any Failure
      switch try await askForRun(query, operation) {
      case .begun(let job): return job
      case .notYet(let problem): failure = problem
      }
      guard attempt < 5, !RetryScope.isLeftToTask else { throw failure }
      let wait = failure.retryAfter ?? Backoff(maximum: .seconds(60)).delay(afterAttempt: attempt)
      options.log.info("\(failure.message); asking again in \(wait.inWords)")
      try await clock.sleep(for: wait)
    }
  }

  private enum Start {
    case begun(JobTicket)
    /// Why the server did nothing.
    case notYet(any Failure)
  }

  private func askForRun(_ query: [(String, String)], _ operation: String) async throws -> Start {
    let response: HTTPResponse
    do {
      response = try await send(
        .post, "resourceTables/analytics", query, body: .bytes([]), retry: .never, operation: operation)
    } catch let failure as HTTPFailure where failure.kind == .transient {
      guard failure.reason.isBeforeRequest else { throw LostStart(problem: failure.message) }
      return .notYet(failure)
    }
    if [200, 201, 409].contains(response.status) { return .begun(try job(in: response, operation)) }
    let failure = DHIS2Answer(response, operation: operation, server: baseURL).failure
    guard failure.kind == .transient else { throw failure }
    guard [429, 503].contains(response.status) else { throw LostStart(problem: failure.message) }
    return .notYet(failure)
  }

  private func job(in response: HTTPResponse, _ operation: String) throws -> JobTicket {
    guard let answer = try? JSONValue(parsing: response.body) else {
      throw LostStart(problem: "\(operation) at \(baseURL): the answer (\(response.status)) is no JSON")
    }
    guard let job = JobTicket(answer) else {
      throw DHIS2Failure(
        .transient,
        "\(operation) at \(baseURL): the answer names no job: \(answer["message"]?.string ?? "no message")")
    }
    return job
  }

  /// The run that a lost request has begun: the server takes up to 20 seconds to begin one.
  private func lostRun(_ lost: LostStart, _ operation: String) async throws -> JobTicket {
    for wait in [5, 10, 20] {
      try await clock.sleep(for: .seconds(wait))
      if let job = try await runningAnalytics(operation) { return job }
    }
    throw DHIS2Failure(
      .transient, "\(lost.problem); whether the tables are being built is not known",
      remedy: "The values are imported. See whether the job runs in DHIS2 before it is started again.")
  }

  /// The run that is under way; nil where none is, or the user may not see jobs.
  private func runningAnalytics(_ operation: String) async throws -> JobTicket? {
    let response = try await send(
      .get, "jobConfigurations",
      [
        ("filter", "jobType:eq:ANALYTICS_TABLE"), ("filter", "jobStatus:eq:RUNNING"), ("fields", "id"),
        ("paging", "false"),
      ], operation: operation)
    guard response.status == 200, let answer = try? JSONValue(parsing: response.body),
      let id = answer["jobConfigurations"]?[0]?["id"]?.string
    else { return nil }
    return JobTicket(id: id, type: "ANALYTICS_TABLE")
  }
}
