import Essentials
public import HTTP

/// A client of the S3 API, as Amazon, MinIO, RustFS and others serve it.
///
/// Source of all requests: the Amazon S3 API reference, https://docs.aws.amazon.com/AmazonS3/latest/API/.
public struct S3: Sendable {
  let access: S3Access
  let http: HTTPClient

  /// - Parameter http: the client for all requests; where the access names certificate authorities, one of its own is
  ///   made with these.
  public init(_ access: S3Access, http: HTTPClient) {
    self.access = access
    if let authorities = access.certificateAuthorities {
      self.http = HTTPClient(configuration: HTTPConfiguration(certificateAuthorities: authorities))
    } else {
      self.http = http
    }
  }

  /// A request, signed; neither redirected, which would break the signature, nor compressed on the way.
  func request(
    _ method: HTTPMethod, bucket: String, key: String = "", query: [(String, String)] = [],
    headers: HTTPHeaders = [:], body: HTTPBody = .none
  ) throws -> HTTPRequest {
    if let problem = Location.object(bucket: bucket, key: key).problem {
      throw S3Failure(.configuration, "s3://\(bucket)/\(key) \(problem)")
    }
    var request = HTTPRequest(
      method, access.url(bucket: bucket, key: key, query: query), headers: headers, body: body,
      authentication: .awsSigV4(
        accessKey: access.accessKey, secretKey: access.secretKey, region: access.region,
        sessionToken: access.sessionToken))
    request.followsRedirects = false
    request.acceptsCompression = false
    return request
  }

  /// Sends a request; throws what an answer that is no success means.
  func send(_ request: HTTPRequest, _ operation: String, bucket: String) async throws -> HTTPResponse {
    let response = try await http.send(request)
    guard response.isSuccess else { throw try Self.failure(response, operation, bucket: bucket) }
    return response
  }

  /// What an answer that is no success means.
  ///
  /// - Throws: `Misconfiguration` where the library is not to be had that reads the answer.
  static func failure(_ response: HTTPResponse, _ operation: String, bucket: String) throws -> S3Failure {
    try S3Failure(
      operation, bucket: bucket, status: response.status, headers: response.headers,
      error: S3ErrorBody(response.body))
  }
}
