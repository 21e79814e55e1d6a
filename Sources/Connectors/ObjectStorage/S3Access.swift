public import Essentials
import HTTP

/// Which object storage, and who we are to it.
public struct S3Access: Sendable {
  /// Where the bucket's name goes in an address.
  public enum Addressing: String, Sendable, CaseIterable {
    /// `https://host/bucket/key`, which every store of one's own understands.
    case path
    /// `https://bucket.host/key`, which Amazon asks for.
    case virtual
    /// Virtual for Amazon, path for everybody else.
    case auto
  }

  /// The address of the store without a slash at its end; nil for Amazon.
  public var endpoint: String?
  public var region: String
  public var accessKey: String
  public var secretKey: Secret<String>
  /// For credentials that last some hours only.
  public var sessionToken: Secret<String>?
  public var addressing = Addressing.auto
  /// A PEM file of certificate authorities that are trusted besides the system's.
  public var certificateAuthorities: String?

  public init(
    endpoint: String? = nil, region: String = S3Access.usualRegion, accessKey: String,
    secretKey: Secret<String>,
    sessionToken: Secret<String>? = nil
  ) {
    self.endpoint = endpoint
    self.region = region
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.sessionToken = sessionToken
  }

  /// The region of stores that know none, and Amazon's first.
  public static let usualRegion = "us-east-1"

  /// The address of a bucket, or of an object in it, percent-encoded.
  ///
  /// Source: "Virtual hosting of buckets" of the Amazon S3 user guide.
  package func url(bucket: String, key: String = "", query: [(String, String)] = []) -> String {
    let base =
      endpoint ?? "https://s3.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")"
    let path = key.split(separator: "/", omittingEmptySubsequences: false)
      .map { URLText.encode(String($0)) }.joined(separator: "/")
    let question = query.isEmpty ? "" : "?\(URLText.query(query))"
    if isVirtual(bucket), let host = base.firstRange(of: "://")?.upperBound {
      return "\(base[..<host])\(bucket).\(base[host...])/\(path)\(question)"
    }
    return "\(base)/\(URLText.encode(bucket))\(key.isEmpty ? "" : "/")\(path)\(question)"
  }

  private func isVirtual(_ bucket: String) -> Bool {
    switch addressing {
    case .path: false
    case .virtual: true
    // A certificate for *.s3.amazonaws.com does not cover names with further dots, and names of hosts have neither
    // capital letters nor underscores.
    case .auto: endpoint == nil && bucket.wholeMatch(of: /[a-z0-9-]+/) != nil
    }
  }
}
