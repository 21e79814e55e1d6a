public import Essentials
import JSON

/// What a DHIS2 server says of itself.
public struct SystemInfo: Sendable {
  public let version: DHIS2Version
  /// The calendar in which period ids count: `iso8601`, `gregorian`, `nepali`, `ethiopian` ...
  public let calendar: String
  /// The day on the server, in its own zone; nil where it does not say.
  public let today: CalendarDate?
  /// The zone in which the server's times are written, `Africa/Freetown`.
  public let timeZone: String?
  /// When analytics tables were last built, in the server's zone: `2026-08-20T02:00:00.000`.
  public let lastAnalyticsTableSuccess: String?
  public let systemID: String?
  public let systemName: String?

  /// What the release does in its own way.
  public var capabilities: Capabilities { Capabilities(version) }

  /// Whether the server's period ids are those of the Gregorian calendar.
  public var hasGregorianPeriods: Bool { ["iso8601", "gregorian"].contains(calendar) }

  /// The calendar of the server's period ids; nil where it is one that this program cannot count in.
  public var periodCalendar: LocalCalendar? { LocalCalendar(dhis2: calendar) }

  /// How the server answers an import, which changed with 2.43.
  public var importSemantics: ImportSemantics { capabilities.semantics }

  /// Reads the answer of `/api/system/info`; nil where it has no version.
  init?(_ info: JSONValue) {
    guard let text = info["version"]?.string, let version = DHIS2Version(text) else { return nil }
    self.version = version
    calendar = info["calendar"]?.string ?? "iso8601"
    today = info["serverDate"]?.string.flatMap { CalendarDate(String($0.prefix(10))) }
    timeZone = info["serverTimeZoneId"]?.string
    lastAnalyticsTableSuccess = info["lastAnalyticsTableSuccess"]?.string
    systemID = info["systemId"]?.string
    systemName = info["systemName"]?.string
  }
}

/// The two engines behind `POST /api/dataValueSets`.
public enum ImportSemantics: Sendable {
  /// Up to 2.42: new values are `imported`; unchanged and dropped zeros are `ignored` as refused ones are.
  case dataValueSet
  /// From 2.43: all written values are `updated`, unchanged ones too; `imported` is always 0.
  case dataEntry
}

extension DHIS2 {
  /// The server's version and calendar, asked for anew.
  public func systemInfo() async throws -> SystemInfo {
    let operation = "reading the system information"
    let answer = try await value("system/info", operation: operation)
    guard let info = SystemInfo(answer) else {
      throw DHIS2Failure(
        .configuration, "\(operation) at \(baseURL): the answer has no version",
        remedy: "Check that the address is that of a DHIS2 server.")
    }
    guard info.version >= DHIS2Version(2, 40) else {
      throw DHIS2Failure(
        .configuration, "\(baseURL) runs DHIS2 \(answer["version"]?.string ?? "")",
        remedy: "Version 2.40 or later is needed.")
    }
    memory.info = info
    return info
  }

  /// What the server's release does in its own way; asked for once.
  public func capabilities() async throws -> Capabilities { try await knownInfo().capabilities }

  /// The system information as it was first read.
  func knownInfo() async throws -> SystemInfo {
    if let known = memory.info { return known }
    return try await systemInfo()
  }
}
