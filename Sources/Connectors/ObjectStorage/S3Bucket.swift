import Essentials
public import FlowKit

/// A bucket, a folder in it, and the credentials for it: the block type `s3-bucket` of prefect-aws.
///
/// `credentials` is an object with the members of either type of credentials, or the name of another block:
/// `minio-credentials/archive`. Without it, the block `aws` is meant.
public struct S3Bucket: Block {
  public static let typeSlug = "s3-bucket"

  /// Where the credentials are.
  public enum Credentials: Sendable {
    case inline(S3Access)
    case block(S3CredentialsReference)
  }

  public let bucketName: String
  /// The folder in the bucket; empty for the bucket as a whole.
  public let bucketFolder: String
  public let credentials: Credentials

  public init(_ values: BlockValues) throws {
    bucketName = try values.string("bucket_name")
    bucketFolder = try values.optionalString("bucket_folder") ?? ""
    if let problem = Location.object(bucket: bucketName, key: bucketFolder).problem {
      throw Misconfiguration("\(values.subject) \(problem)")
    }
    if case .string(let text)? = values["credentials"], !text.isEmpty {
      let reference = try S3CredentialsReference(text)
      guard reference.kind != .bucket else {
        throw Misconfiguration(
          "\(values.subject): credentials must name a block of credentials, not a bucket")
      }
      credentials = .block(reference)
    } else if let inline = try values.optionalObject("credentials") {
      guard inline["$ref"] == nil else {
        throw Misconfiguration(
          "\(values.subject): credentials with a $ref cannot be followed",
          remedy: "Write the credentials here, or name their block: minio-credentials/name.")
      }
      credentials = .inline(
        inline["minio_root_user"] == nil
          ? try AWSCredentials(inline).access : try MinIOCredentials(inline).access)
    } else {
      credentials = .block(.environment)
    }
  }

  /// The location of a file in the bucket's folder.
  ///
  /// - Throws: ``Misconfiguration`` where no store can have such a key.
  public func location(of name: String) throws -> Location {
    let location = Location.object(bucket: bucketName, key: bucketFolder).appending(name)
    if let problem = location.problem { throw Misconfiguration("\(location) \(problem)") }
    return location
  }
}
