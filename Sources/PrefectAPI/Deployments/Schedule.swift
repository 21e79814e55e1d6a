public import FoundationEssentials
public import JSON

extension Prefect {
  /// When a deployment runs by itself.
  public enum Schedule: Codable, Sendable, Equatable {
    /// A cron expression of 5 fields, or 6 with the seconds last. `dayOr`: a day has to fit the day of the month or
    /// the weekday; both where it is false.
    case cron(String, timezone: String? = nil, dayOr: Bool = true)
    /// Every so many seconds from an anchor; nil anchors it at the moment when it is stored.
    case interval(seconds: Double, anchor: Date? = nil, timezone: String? = nil)
    /// A recurrence rule of iCalendar (RFC 5545).
    case rrule(String, timezone: String? = nil)
    /// A kind that this program does not know.
    case other(JSONValue)

    private enum CodingKeys: String, CodingKey { case cron, interval, rrule, timezone, dayOr, anchorDate }

    public init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      let timezone = try members.decodeIfPresent(String.self, forKey: .timezone)
      if let cron = try members.decodeIfPresent(String.self, forKey: .cron) {
        let dayOr = try members.decodeIfPresent(Bool.self, forKey: .dayOr)
        self = .cron(cron, timezone: timezone, dayOr: dayOr ?? true)
      } else if let seconds = try members.decodeIfPresent(Double.self, forKey: .interval) {
        let anchor = try members.decodeIfPresent(Date.self, forKey: .anchorDate)
        self = .interval(seconds: seconds, anchor: anchor, timezone: timezone)
      } else if let rrule = try members.decodeIfPresent(String.self, forKey: .rrule) {
        self = .rrule(rrule, timezone: timezone)
      } else {
        self = .other(try JSONValue(from: decoder))
      }
    }

    public func encode(to encoder: any Encoder) throws {
      if case .other(let document) = self { return try document.encode(to: encoder) }
      var members = encoder.container(keyedBy: CodingKeys.self)
      switch self {
      case .cron(let cron, let timezone, let dayOr):
        try members.encode(cron, forKey: .cron)
        try members.encodeIfPresent(timezone, forKey: .timezone)
        try members.encode(dayOr, forKey: .dayOr)
      case .interval(let seconds, let anchor, let timezone):
        try members.encode(seconds, forKey: .interval)
        try members.encodeIfPresent(anchor, forKey: .anchorDate)
        try members.encodeIfPresent(timezone, forKey: .timezone)
      case .rrule(let rrule, let timezone):
        try members.encode(rrule, forKey: .rrule)
        try members.encodeIfPresent(timezone, forKey: .timezone)
      case .other: break
      }
    }
  }

  /// A schedule of a deployment, as the server keeps it.
  public struct DeploymentSchedule: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var deploymentID: UUID?
    public var schedule: Schedule
    public var active: Bool
    public var maxScheduledRuns: Int?
    /// Over the deployment's.
    public var parameters: JSONObject
    /// A name within the deployment; a second schedule of one name is refused.
    public var slug: String?
  }

  /// A schedule to be added to a deployment.
  public struct DeploymentScheduleCreate: Codable, Sendable, Equatable {
    public var schedule: Schedule
    public var active: Bool
    public var parameters: JSONObject
    public var slug: String?
    /// The slug of the schedule whose place this one takes.
    public var replaces: String?

    public init(
      _ schedule: Schedule, active: Bool = true, parameters: JSONObject = [:], slug: String? = nil,
      replaces: String? = nil
    ) {
      self.schedule = schedule
      self.active = active
      self.parameters = parameters
      self.slug = slug
      self.replaces = replaces
    }
  }

  /// What a PATCH changes of a schedule; what is nil stays. Every change deletes the runs that it has planned, and
  /// new ones come up to a minute later.
  public struct DeploymentScheduleUpdate: Codable, Sendable, Equatable {
    public var active: Bool?
    public var schedule: Schedule?
    public var parameters: JSONObject?
    public var slug: String?

    public init(active: Bool? = nil, schedule: Schedule? = nil) {
      self.active = active
      self.schedule = schedule
    }
  }
}
