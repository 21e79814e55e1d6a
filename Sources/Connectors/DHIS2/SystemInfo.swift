import Essentials
import JSON

/// What a DHIS2 server says of itself.
public struct SystemInfo: Sendable {
  public let version: DHIS2Version
  /// The calendar in which period ids count: `iso8601`, `gregorian`, `nepali`, `ethiopian` ...
  public let calendar: String

  /// Whether the server's period ids are those of the Gregorian calendar.
  public var hasGregorianPeriods: Bool { ["iso8601", "gregorian"].contains(calendar) }

  /// How the server answers an import, which changed with 2.43.
  public var importSemantics: ImportSemantics { version >= DHIS2Version(2, 43) ? .dataEntry : .dataValueSet }
}

/// The two engines behind `POST /api/dataValueSets`.
public enum ImportSemantics: Sendable {
  /// Up to 2.42: new values are `imported`; unchanged and dropped zeros are `ignored` as refused ones are.
  case dataValueSet
  /// From 2.43: all written values are `updated`, unchanged ones too; `imported` is always 0.
  case dataEntry
}

extension DHIS2 {
  /// The server's version and calendar.
  public func systemInfo() async throws -> SystemInfo {
    let operation = "reading the system information"
    let info = try decode(try await get("system/info", operation: operation), operation)
    guard let text = info["version"]?.string, let version = DHIS2Version(text) else {
      throw DHIS2Failure(
        .configuration, "\(operation) at \(baseURL): the answer has no version",
        remedy: "Check that the address is that of a DHIS2 server.")
    }
    guard version >= DHIS2Version(2, 40) else {
      throw DHIS2Failure(
        .configuration, "\(baseURL) runs DHIS2 \(text)", remedy: "Version 2.40 or later is needed.")
    }
    return SystemInfo(version: version, calendar: info["calendar"]?.string ?? "iso8601")
  }

  /// Reads a body as JSON. What is not JSON was cut off, or came from something else than DHIS2.
  func decode(_ body: [UInt8], _ operation: String) throws -> JSONValue {
    do { return try JSONValue(parsing: body) } catch {
      throw DHIS2Failure(.transient, "\(operation) at \(baseURL): the answer is \(error)")
    }
  }
}
