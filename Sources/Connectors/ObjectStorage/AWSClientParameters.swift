import Essentials
import FlowKit

/// The member `aws_client_parameters` of both kinds of credentials: how the store is reached.
///
/// Read: `endpoint_url`, `use_ssl`, `verify`, `verify_cert_path` and, of `config`, `s3.addressing_style`.
enum AWSClientParameters {
  static func apply(_ block: BlockValues, to access: inout S3Access) throws {
    guard let values = try block.optionalObject("aws_client_parameters") else { return }
    if let endpoint = try values.optionalURL("endpoint_url") {
      access.endpoint = endpoint
    } else if try values.optionalBool("use_ssl") == false, access.endpoint == nil {
      access.endpoint = "http://s3.\(access.region).amazonaws.com"
    }
    try applyVerification(values, to: &access)
    if let style = try values.optionalObject("config")?.optionalObject("s3")?.optionalString(
      "addressing_style")
    {
      guard let addressing = S3Access.Addressing(rawValue: style) else {
        throw Misconfiguration(
          "\(values.subject): config.s3.addressing_style must be auto, path or virtual, not \"\(style)\"")
      }
      access.addressing = addressing
    }
  }

  private static func applyVerification(_ values: BlockValues, to access: inout S3Access) throws {
    access.certificateAuthorities = try values.optionalString("verify_cert_path")
    switch values["verify"] {
    case nil, .null, true, "true", "True": break
    case .string(let path) where !["false", "False", ""].contains(path):
      access.certificateAuthorities = path
    default:
      throw Misconfiguration(
        "\(values.subject): verify must be true: certificates are always verified",
        remedy: "Name the file of the authority that signed the server's certificate as verify_cert_path.")
    }
  }
}

extension BlockValues {
  /// An http or https address without a slash at its end; nil where it is missing, null or empty.
  func optionalURL(_ key: String) throws -> String? {
    try optionalString(key) == nil ? nil : try url(key)
  }
}
