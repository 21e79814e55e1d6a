public import FoundationEssentials

/// A data value as the DHIS2 stand-in holds it.
public struct SandboxDataValue: Sendable, Hashable {
  public let dataElement: String
  /// In canonical form: `202401`, `2024W5`.
  public let period: String
  public let orgUnit: String
  public let categoryOptionCombo: String
  public let attributeOptionCombo: String
  public let value: String
  public let comment: String?
  public let storedBy: String
  public let created: Date
  public let lastUpdated: Date
}

/// A request that came in, and how it was answered. Credentials are left out.
public struct SandboxRequest: Sendable, Hashable {
  public let method: String
  /// The path and the query as they were sent.
  public let target: String
  /// The path alone, percent-encoding undone.
  public let path: String
  /// The names in lower case; `authorization`, `private-token` and `cookie` are present without their values.
  public let headers: [String: String]
  /// The length of the body as it came over the wire.
  public let bodyLength: Int
  /// 0 where the answer was lost.
  public let status: Int
}
