public import Essentials
public import JSON

/// A named piece of configuration that runs refer to: credentials, a bucket, a folder.
public protocol Block: Sendable {
  /// The type's name in documents and in Prefect: `dhis2-credentials`.
  static var typeSlug: String { get }
  /// The blocks of this type that environment variables make, by name.
  static var environment: [EnvironmentBlock] { get }
  /// Reads a block's values; throws ``Misconfiguration`` where one is missing or wrong.
  init(_ values: BlockValues) throws
}

extension Block {
  public static var environment: [EnvironmentBlock] { [] }
}

/// A block that exists where certain environment variables are set.
public struct EnvironmentBlock: Sendable {
  public let name: String
  /// The variable of each member: `["base_url": "DHIS2_BASE_URL"]`.
  public let variables: [String: String]
  /// The members without which there is no block.
  public let required: Set<String>

  public init(name: String, variables: [String: String], required: Set<String>) {
    self.name = name
    self.variables = variables
    self.required = required
  }
}

/// The values of one block, with readers that say what is wrong in the block's own words.
public struct BlockValues: Sendable {
  /// Where the block comes from, for messages: `blocks/dhis2.yaml`.
  public let origin: String
  public let name: String
  public let typeSlug: String
  let values: JSONObject
  /// What whoever loads the block is to be warned of.
  let remarks: [String]

  public init(
    typeSlug: String, name: String, values: JSONObject, origin: String, remarks: [String] = []
  ) {
    self.remarks = remarks
    self.typeSlug = typeSlug
    self.name = name
    self.values = values
    self.origin = origin
  }

  /// A text that must be there and not be empty.
  public func string(_ key: String) throws -> String {
    guard let text = try optionalString(key) else {
      throw Misconfiguration("block \"\(name)\" (\(typeSlug), from \(origin)) has no value for \(key)")
    }
    return text
  }

  /// A text; nil where it is missing, null or empty.
  public func optionalString(_ key: String) throws -> String? {
    switch values[key] {
    case nil, .null: return nil
    case .string(let text): return text.isEmpty ? nil : text
    case let other?:
      throw Misconfiguration(
        "block \"\(name)\" (\(typeSlug), from \(origin)): \(key) must be a string, not \(other.typeInWords)")
    }
  }

  /// A text that must not be shown; nil where it is missing, null or empty.
  public func optionalSecret(_ key: String) throws -> Secret<String>? {
    try optionalString(key).map { Secret($0) }
  }

  /// An http or https address without a slash at its end.
  public func url(_ key: String, default fallback: String? = nil) throws -> String {
    guard let text = try optionalString(key) ?? fallback else { return try string(key) }
    guard text.wholeMatch(of: /https?:\/\/[^\s\/?#]+[^\s?#]*/.ignoresCase()) != nil else {
      throw Misconfiguration(
        "block \"\(name)\" (\(typeSlug), from \(origin)): \(key) must be an http or https address, not \"\(text)\""
      )
    }
    return String(text.reversed().drop { $0 == "/" }.reversed())
  }
}
