internal import FoundationEssentials
internal import JSON

/// Background jobs and what they say about themselves.
///
/// A job moves on each time it is asked for: not started, running, done. So tests wait for events, not for time.
struct TaskList: Sendable {
  /// How a job ends.
  enum End: Sendable {
    case done(JSONValue?)
    /// It did its work and was gone: completed, and no summary.
    case lost
    case failed
  }

  private struct Entry: Sendable {
    let id: String
    let type: String
    let name: String
    let user: String
    let end: End
    let started: Date
    var asked = 0
    var finished: Date?

    var isFailed: Bool { if case .failed = end { true } else { false } }

    /// `SCHEDULED` until it is asked for, then `RUNNING`, then `COMPLETED`.
    var status: String { finished != nil ? "COMPLETED" : asked == 0 ? "SCHEDULED" : "RUNNING" }

    var json: JSONObject {
      var body: JSONObject = [
        "id": .string(id), "name": .string(name), "jobType": .string(type), "jobStatus": .string(status),
        "created": .string(started.milliseconds), "enabled": true, "userUid": .string(user),
      ]
      body["lastExecuted"] = finished.map { .string($0.milliseconds) }
      body["lastExecutedStatus"] = .string(
        finished == nil ? status == "RUNNING" ? "RUNNING" : "NOT_STARTED" : isFailed ? "FAILED" : "COMPLETED")
      body["errorCodes"] = isFailed && finished != nil ? "E7600" : ""
      return body
    }
  }

  private var entries: [String: Entry] = [:]
  private var order: [String] = []
  private(set) var lastAnalytics: Date?

  /// The answer to the request that starts a job.
  mutating func start(
    _ type: String, name: String, user: DHIS2User, now: Date, base: String, end: End
  ) -> Reply {
    let id = UID.make(seed: UInt64(entries.count), name: "job \(type)")
    entries[id] = Entry(id: id, type: type, name: name, user: user.id, end: end, started: now)
    order.append(id)
    var reply = WebMessage.reply(
      200, "Initiated \(type)",
      response: [
        "responseType": "JobConfigurationWebMessageResponse", "name": .string(name), "id": .string(id),
        "created": .string(now.milliseconds), "jobType": .string(type), "jobStatus": "NOT_STARTED",
        "jobParameters": .null, "relativeNotifierEndpoint": .string("/api/system/tasks/\(type)/\(id)"),
      ])
    // The header lacks the id, as DHIS2's does.
    reply.headers.append(("Location", "\(base)/dhis2/api/system/tasks/\(type)"))
    return reply
  }

  /// Lets a job go one step further; gives whether it has ended with this step.
  private mutating func move(_ id: String, now: Date) -> Bool {
    guard var entry = entries[id] else { return false }
    entry.asked += 1
    let ends = entry.finished == nil && entry.asked >= 3
    if ends {
      // Work takes its time, also where the clock stands still.
      let moment = max(now, entry.started.addingTimeInterval(1))
      entry.finished = moment
      if entry.type == "ANALYTICS_TABLE", !entry.isFailed { lastAnalytics = moment }
    }
    entries[id] = entry
    return ends
  }

  /// The notes of a job, newest first; none to anybody but its user. Says whether analytics tables are new with this.
  mutating func notes(_ id: String, type: String, user: DHIS2User, now: Date) -> (reply: Reply, ends: Bool) {
    guard entries[id]?.type == type, entries[id]?.user == user.id else { return (.json([]), false) }
    let ends = move(id, now: now)
    guard let entry = entries[id] else { return (.json([]), false) }
    func note(_ number: Int, _ message: String, completed: Bool, level: String = "INFO") -> JSONValue {
      let uid = JSONValue.string(UID.make(seed: UInt64(number), name: "note \(id)"))
      return [
        "uid": uid, "level": .string(level), "category": .string(type), "time": .string(now.milliseconds),
        "message": .string(message), "completed": .bool(completed), "id": uid,
      ]
    }
    let first = note(1, "Process started", completed: false)
    switch entry.asked {
    case 1: return (.json([]), false)
    case 2: return (.json([first]), false)
    default:
      let last =
        switch entry.end {
        case .done: note(2, "Import done", completed: true)
        case .failed: note(2, "Process failed: job aborted", completed: true, level: "ERROR")
        // What ran before is cleared with the feed.
        case .lost: note(2, "Process completed", completed: true)
        }
      if case .lost = entry.end { return (.json([last]), ends) }
      return (.json([last, first]), ends)
    }
  }

  /// The bare summary; an empty body until the job is done.
  func summary(_ id: String, type: String, user: DHIS2User) -> Reply {
    guard let entry = entries[id], entry.type == type, entry.user == user.id, entry.finished != nil,
      case .done(let summary?) = entry.end
    else { return Reply(200, headers: [("Content-Type", "application/json")]) }
    return .json(summary)
  }

  /// One job as `/api/jobConfigurations/{id}` shows it; moves it on.
  mutating func configuration(_ id: String, now: Date) -> (job: JSONObject, ends: Bool)? {
    guard entries[id] != nil else { return nil }
    let ends = move(id, now: now)
    return entries[id].map { ($0.json, ends) }
  }

  /// All jobs, oldest first, as they are.
  var configurations: [JSONObject] { order.compactMap { entries[$0]?.json } }
}
