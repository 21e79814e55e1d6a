public import JSON

extension Deployment {
  /// When a deployment runs by itself.
  public struct Schedule: Sendable, Equatable {
    /// What decides about the times.
    public enum Rule: Sendable, Equatable {
      /// A cron expression of 5 fields, or 6 with the seconds last. `dayOr`: a day has to fit the day of the month or
      /// the weekday; both where it is false.
      case cron(String, dayOr: Bool)
      /// Every so many seconds from an anchor, which is written `2026-01-01T00:00:00Z`; nil for the first deployment.
      case interval(seconds: Double, anchor: String?)
      /// A recurrence rule of iCalendar (RFC 5545).
      case rrule(String)
    }

    public var rule: Rule
    /// By its IANA name; nil for UTC.
    public var timezone: String?
    public var active: Bool
    /// Over the deployment's.
    public var parameters: JSONObject
    /// A name within the deployment.
    public var slug: String?
    /// The slug that it had before.
    public var replaces: String?

    public init(
      _ rule: Rule, timezone: String? = nil, active: Bool = true, parameters: JSONObject = [:],
      slug: String? = nil
    ) {
      self.rule = rule
      self.timezone = timezone
      self.active = active
      self.parameters = parameters
      self.slug = slug
    }

    public static func cron(
      _ expression: String, timezone: String? = nil, dayOr: Bool = true, active: Bool = true,
      parameters: JSONObject = [:], slug: String? = nil
    ) -> Schedule {
      Schedule(
        .cron(expression, dayOr: dayOr), timezone: timezone, active: active, parameters: parameters,
        slug: slug)
    }

    public static func every(
      _ interval: Duration, anchor: String? = nil, timezone: String? = nil, active: Bool = true,
      parameters: JSONObject = [:], slug: String? = nil
    ) -> Schedule {
      Schedule(
        .interval(seconds: interval / .seconds(1), anchor: anchor), timezone: timezone, active: active,
        parameters: parameters, slug: slug)
    }

    public static func rrule(
      _ rule: String, timezone: String? = nil, active: Bool = true, parameters: JSONObject = [:],
      slug: String? = nil
    ) -> Schedule {
      Schedule(.rrule(rule), timezone: timezone, active: active, parameters: parameters, slug: slug)
    }
  }
}
