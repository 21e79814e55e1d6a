internal import FoundationEssentials
internal import JSON

/// Background jobs and what they say about themselves.
///
/// A job moves on each time it is asked for: not started, running, done. So tests wait for events, not for time.
struct TaskList: Sendable {
  private struct Entry: Sendable {
    let type: String
    let user: String
    let summary: JSONValue?
    var asked = 0
    let started: Date
  }

  private var entries: [String: Entry] = [:]
  private(set) var lastAnalytics: Date?

  /// The answer to the request that starts a job.
  mutating func start(
    _ type: String, name: String, user: DHIS2User, now: Date, base: String, summary: JSONValue?
  ) -> Reply {
    let id = UID.make(seed: UInt64(entries.count), name: "job \(type)")
    entries[id] = Entry(type: type, user: user.id, summary: summary, started: now)
    if type == "ANALYTICS_TABLE" { lastAnalytics = now }
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

  /// The notes of a job, newest first; none to anybody but its user.
  mutating func notes(_ id: String, type: String, user: DHIS2User, now: Date) -> Reply {
    guard var entry = entries[id], entry.type == type, entry.user == user.id else { return .json([]) }
    entry.asked += 1
    entries[id] = entry
    func note(_ number: Int, _ message: String, completed: Bool) -> JSONValue {
      let uid = JSONValue.string(UID.make(seed: UInt64(number), name: "note \(id)"))
      return [
        "uid": uid, "level": "INFO", "category": .string(type), "time": .string(now.milliseconds),
        "message": .string(message), "completed": .bool(completed), "id": uid,
      ]
    }
    let first = note(1, "Process started", completed: false)
    switch entry.asked {
    case 1: return .json([])
    case 2: return .json([first])
    default: return .json([note(2, "Import done", completed: true), first])
    }
  }

  /// The bare summary; an empty body until the job is done.
  func summary(_ id: String, type: String, user: DHIS2User) -> Reply {
    guard let entry = entries[id], entry.type == type, entry.user == user.id, entry.asked >= 3,
      let summary = entry.summary
    else { return Reply(200, headers: [("Content-Type", "application/json")]) }
    return .json(summary)
  }
}
