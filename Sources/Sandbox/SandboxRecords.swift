public import FoundationEssentials
internal import JSON

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
  /// The MD5 of the body in hexadecimal digits, so that the same request for data is known when it comes again; nil where
  /// there is none or it is longer than 64 KiB.
  public let bodyDigest: String?
  /// 0 where the answer was lost.
  public let status: Int
}

extension SandboxRequest {
  /// As `GET /_sandbox/requests` shows it.
  var json: JSONValue {
    var body: JSONObject = [
      "method": .string(method), "target": .string(target), "path": .string(path), "status": .integer(status),
      "bodyLength": .integer(bodyLength),
    ]
    body["bodyDigest"] = bodyDigest.map { .string($0) }
    return .object(body)
  }
}
