import Essentials
public import FlowKit

/// A parameter that names credentials for object storage: `aws-credentials/name`, `minio-credentials/name` or
/// `s3-bucket/name`; a name alone is one of `aws-credentials`.
public struct S3CredentialsReference: Sendable, Hashable {
  /// The type of the block.
  public enum Kind: String, Sendable, CaseIterable {
    case aws = "aws-credentials"
    case minIO = "minio-credentials"
    case bucket = "s3-bucket"
  }

  public let kind: Kind
  /// The block's name.
  public let name: String

  public init(_ kind: Kind, _ name: String) {
    self.kind = kind
    self.name = name
  }

  /// Reads `type/name` or `name`; throws ``Misconfiguration`` for another type.
  public init(_ text: String) throws {
    guard let reference = Self.read(text) else {
      throw Misconfiguration("credentials \(Self.expectation), not \"\(text)\"")
    }
    self = reference
  }

  /// The block that the environment's `AWS_` variables make.
  public static let environment = S3CredentialsReference(.aws, "aws")

  private static func read(_ text: String) -> S3CredentialsReference? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else { return nil }
    switch parts.count {
    case 1: return S3CredentialsReference(.aws, parts[0])
    case 2: return Kind(rawValue: parts[0]).map { S3CredentialsReference($0, parts[1]) }
    default: return nil
    }
  }

  private static let expectation =
    "must be a block's name, or type/name with one of the types \(Kind.allCases.map(\.rawValue).joined(separator: ", "))"

  /// The access that the block gives.
  func access(in run: FlowRun) async throws -> S3Access {
    switch kind {
    case .aws: return try await run.load(BlockReference<AWSCredentials>(name)).access
    case .minIO: return try await run.load(BlockReference<MinIOCredentials>(name)).access
    case .bucket:
      switch try await run.load(BlockReference<S3Bucket>(name)).credentials {
      case .inline(let access): return access
      case .block(let reference): return try await reference.access(in: run)
      }
    }
  }
}

extension S3CredentialsReference: ParameterValue {
  public static var schema: JSONSchema { ["type": "string", "minLength": 1] }
  public var parameter: JSONValue { .string(kind == .aws ? name : "\(kind.rawValue)/\(name)") }
  public init(parameter value: JSONValue) throws {
    guard let reference = value.string.flatMap(Self.read) else {
      throw UnreadableParameter("\(Self.expectation), not \(value)")
    }
    self = reference
  }
}
