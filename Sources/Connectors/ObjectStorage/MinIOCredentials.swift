import Essentials
public import FlowKit

/// Credentials for a MinIO server, or another of the same kind: the block type `minio-credentials` of prefect-aws.
///
/// Read: `minio_root_user`, `minio_root_password`, `region_name` and `aws_client_parameters`, which must have an
/// `endpoint_url`.
public struct MinIOCredentials: Block {
  public static let typeSlug = "minio-credentials"

  public let access: S3Access

  public init(_ values: BlockValues) throws {
    let secret = Secret(try values.string("minio_root_password"))
    var access = S3Access(
      region: try values.optionalString("region_name") ?? S3Access.usualRegion,
      accessKey: try values.string("minio_root_user"), secretKey: secret)
    try AWSClientParameters.apply(values, to: &access)
    guard access.endpoint != nil else {
      throw Misconfiguration(
        "\(values.subject) has no value for aws_client_parameters.endpoint_url",
        remedy: "Give the server's address, such as https://minio.example.org:9000.")
    }
    self.access = access
  }
}
