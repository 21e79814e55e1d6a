internal import CZlib
internal import FoundationEssentials

/// Who may come in.
struct DHIS2User: Sendable {
  let id: String
  let username: String
  let password: String
  var tokens: [Token] = []
  /// Nobody comes in under a name that is switched off, or by password alone where a second factor is asked for.
  var isDisabled = false
  var hasSecondFactor = false
  var authorities: Set<String>
  /// Capture units; the user's scope is everything below them.
  var orgUnits: [String]
  /// The units for data view; empty for a user who has none of their own.
  var viewUnits: [String] = []

  /// Where the user reads data values: up to 2.42 what is below the units for data view, or for capture where there are
  /// none, superusers too (isInUserDataViewHierarchy); from 2.43 on what is below those for capture, and superusers
  /// everywhere (DefaultDataExportService.validateAccess). Nil for everywhere.
  func readingUnits(_ version: DHIS2Version) -> [String]? {
    if version < .v2_43 { return viewUnits.isEmpty ? orgUnits : viewUnits }
    return authorities.contains("ALL") ? nil : orgUnits
  }

  /// A personal access token, and where it is good.
  struct Token: Sendable {
    let text: String
    let expiry: Date
    /// The methods and addresses that it is limited to; empty where it is not.
    var methods: Set<String> = []
    var addresses: Set<String> = []
  }

  func may(_ authority: String) -> Bool { authorities.contains("ALL") || authorities.contains(authority) }

  /// `d2pat_`, 32 characters, and their CRC-32 in ten digits.
  static func token(_ name: String, seed: UInt64) -> String {
    var source = SplitMix64(seed: seed, name: "token " + name)
    let body = String((UID.make(&source) + UID.make(&source) + UID.make(&source)).prefix(32))
    return "d2pat_" + body + checksum(of: body)
  }

  /// CRC-32 in ten digits.
  static func checksum(of text: String) -> String {
    let sum = String(CRC32.of(Array(text.utf8)))
    return String(repeating: "0", count: 10 - sum.count) + sum
  }
}

/// CRC-32 by zlib.
enum CRC32 {
  static func of(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
  }
}
