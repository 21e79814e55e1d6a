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
  /// Whether another run was under way already, and was waited for.
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
    let running = try await runningAnalytics(operation)
    let job: JobTicket
    if let running {
      job = running
      options.log.info("analytics tables are being built already (job \(running.id)); waiting for that")
    } else {
      job = try await startAnalytics(options, operation)
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

  private func startAnalytics(_ options: AnalyticsOptions, _ operation: String) async throws -> JobTicket {
    var query: [(String, String)] = []
    if options.skipsTracker {
      for part in ["skipEvents", "skipEnrollment", "skipTrackedEntities", "skipOrgUnitOwnership"] {
        query.append((part, "true"))
      }
    }
    if options.skipsOutliers { query.append(("skipOutliers", "true")) }
    if let years = options.lastYears { query.append(("lastYears", "\(years)")) }
    let answer = try await post("resourceTables/analytics", query, [], operation: operation)
    guard let job = JobTicket(answer) else {
      throw DHIS2Failure(
        .transient,
        "\(operation) at \(baseURL): the answer names no job: \(answer["message"]?.string ?? "no message")")
    }
    return job
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
