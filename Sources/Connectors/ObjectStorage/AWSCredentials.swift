import Essentials
public import FlowKit

/// Credentials for Amazon S3, or with an endpoint for any other S3 API: the block type `aws-credentials` of
/// prefect-aws.
///
/// Read: `aws_access_key_id`, `aws_secret_access_key`, `aws_session_token`, `region_name` and
/// `aws_client_parameters`. The environment makes the block `aws`; there, `AWS_ENDPOINT_URL_S3` comes before
/// `AWS_ENDPOINT_URL`, and `AWS_REGION` before `AWS_DEFAULT_REGION`, as in Amazon's own tools.
public struct AWSCredentials: Block {
  public static let typeSlug = "aws-credentials"
  public static let environment = [
    EnvironmentBlock(
      name: "aws",
      variables: [
        "aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
        "aws_session_token": "AWS_SESSION_TOKEN", "region_name": "AWS_REGION",
        "default_region_name": "AWS_DEFAULT_REGION", "endpoint_url": "AWS_ENDPOINT_URL",
        "endpoint_url_s3": "AWS_ENDPOINT_URL_S3",
      ], required: ["aws_access_key_id", "aws_secret_access_key"])
  ]

  public let access: S3Access

  public init(_ values: BlockValues) throws {
    for refused in ["profile_name", "assume_role_arn"] where try values.optionalString(refused) != nil {
      throw Misconfiguration(
        "\(values.subject): \(refused) is not supported",
        remedy:
          "Give aws_access_key_id and aws_secret_access_key, and aws_session_token where they are temporary.")
    }
    let secret = Secret(try values.string("aws_secret_access_key"))
    var access = S3Access(
      endpoint: try (values.optionalURL("endpoint_url_s3") ?? values.optionalURL("endpoint_url")),
      accessKey: try values.string("aws_access_key_id"), secretKey: secret,
      sessionToken: try values.optionalSecret("aws_session_token"))
    access.region =
      try values.optionalString("region_name") ?? values.optionalString("default_region_name")
      ?? S3Access.usualRegion
    try AWSClientParameters.apply(values, to: &access)
    self.access = access
  }
}
