import Essentials
import FoundationEssentials
import HTTP
import JSON

/// A job that DHIS2 has begun in the background.
struct JobTicket: Sendable, Hashable {
  let id: String
  /// `DATAVALUE_IMPORT`, `ANALYTICS_TABLE` ...
  let type: String

  /// Reads the answer to the request that began it. The `Location` header lacks the id; the body has it.
  init?(_ answer: JSONValue) {
    let response = answer["response"] ?? answer
    let endpoint = response["relativeNotifierEndpoint"]?.string ?? response["location"]?.string
    let steps = endpoint?.split(separator: "/").map(String.init) ?? []
    guard let id = response["id"]?.string ?? steps.last,
      let type = response["jobType"]?.string ?? (steps.count > 1 ? steps[steps.count - 2] : nil),
      response["jobType"] != nil || endpoint != nil
    else { return nil }
    self.id = id
    self.type = type
  }

  init(id: String, type: String) {
    self.id = id
    self.type = type
  }
}

/// What a job says of itself.
enum JobState: Sendable, Hashable {
  case notStarted, running
  /// It says that it is done; what came of it is for the summary to say.
  case completed
  case failed(String)

  /// Reads the notes of `/api/system/tasks/TYPE/ID`, newest first.
  init(notes: JSONValue) {
    let notes = notes.array ?? []
    guard !notes.isEmpty else {
      self = .notStarted
      return
    }
    guard let done = notes.first(where: { $0["completed"]?.bool == true }) else {
      self = .running
      return
    }
    // The note that failed need not be the one that says that all is over.
    let failed = notes.first { $0["level"]?.string == "ERROR" }
    self =
      failed.map { .failed($0["message"]?.string ?? done["message"]?.string ?? "no message") } ?? .completed
  }
}

extension DHIS2 {
  /// Waits until a job is done. It goes on while the server is away for a while.
  ///
  /// - Returns: how it ended; nil where it has not by the deadline, or the server says nothing of it.
  func wait(for job: JobTicket, deadline: Duration, operation: String) async throws -> JobState? {
    let start = clock.now()
    var polls = 0
    var hasBegun = false
    var failures = 0
    while clock.now().timeIntervalSince(start) < deadline.seconds {
      do {
        let notes = try await value("system/tasks/\(job.type)/\(job.id)", operation: operation)
        failures = 0
        let state = JobState(notes: notes)
        switch state {
        case .completed, .failed: return state
        case .running: hasBegun = true
        case .notStarted:
          // A job that had begun and has no notes any more was cleared away; one that waits long may never begin.
          if hasBegun || polls >= 10, let ended = try await endOfJob(job, operation) { return ended }
        }
      } catch let failure as any Failure where failure.kind == .transient {
        failures += 1
        guard failures < 5 else { throw failure }
      }
      polls += 1
      try await clock.sleep(
        for: Backoff(factor: 1.5, maximum: .seconds(10), jitter: 0).delay(afterAttempt: polls))
    }
    return nil
  }

  /// What the job's configuration says, where its notes are gone; nil where it says nothing or is gone too.
  private func endOfJob(_ job: JobTicket, _ operation: String) async throws -> JobState? {
    let response = try await send(
      .get, "jobConfigurations/\(job.id)", [("fields", "jobStatus,lastExecutedStatus,errorCodes")],
      operation: operation)
    guard response.status == 200, let answer = try? JSONValue(parsing: response.body) else {
      // Jobs that run once are removed when they are done.
      return response.status == 404 ? .completed : nil
    }
    if ["RUNNING", "SCHEDULED", "NOT_STARTED"].contains(answer["jobStatus"]?.string) { return nil }
    switch answer["lastExecutedStatus"]?.string {
    case "FAILED", "STOPPED": return .failed(answer["errorCodes"]?.text() ?? "it failed")
    case "COMPLETED", "DONE": return .completed
    default: return nil
    }
  }

  /// What an import in the background came to.
  enum JobSummary: Sendable {
    case summary(ImportSummary)
    /// It ended without one, and so nobody knows what it did.
    case none
    /// Nothing says that it has ended; with what is known, `has not ended within 2 h`.
    case goesOn(String)
  }

  /// The summary of an import in the background.
  func summary(of job: JobTicket, deadline: Duration, operation: String) async throws -> JobSummary {
    do {
      switch try await wait(for: job, deadline: deadline, operation: operation) {
      case nil: return .goesOn("has not ended within \(deadline.inWords)")
      case .failed: return .none
      default: break
      }
    } catch let failure as any Failure where failure.kind == .transient {
      return .goesOn("may still be at work: \(failure.message)")
    }
    // The summary comes a little after the last note, with an empty body until then.
    for attempt in 1...5 {
      let body: [UInt8]
      do {
        body = try await get("system/taskSummaries/\(job.type)/\(job.id)", operation: operation)
      } catch let failure as any Failure where failure.kind == .transient { body = [] }
      if let answer = try? JSONValue(parsing: body), let summary = ImportSummary(answer) {
        return .summary(summary)
      }
      try await clock.sleep(for: Backoff(maximum: .seconds(5), jitter: 0).delay(afterAttempt: attempt))
    }
    return .none
  }
}
