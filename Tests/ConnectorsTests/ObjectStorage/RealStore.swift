import Connectors
import Essentials
import Foundation
import HTTP

/// A real server of the S3 API that `scripts/test-storage` has started, named by environment variables.
struct RealStore {
  static let isThere = access != nil
  static let shared = HTTPClient()
  static let bucket = "sluice-\(UUID().uuidString.lowercased().prefix(8))"

  static let access: S3Access? = {
    let environment = ProcessInfo.processInfo.environment
    guard let endpoint = environment["SLUICE_S3_ENDPOINT"], let key = environment["SLUICE_S3_ACCESS_KEY"],
      let secret = environment["SLUICE_S3_SECRET_KEY"]
    else { return nil }
    return S3Access(endpoint: endpoint, accessKey: key, secretKey: Secret(secret))
  }()

  let access: S3Access
  let s3: S3
  let storage: Storage

  /// Makes the bucket where it is missing.
  init() async throws {
    guard let access = Self.access else { throw CocoaError(.fileNoSuchFile) }
    self.access = access
    s3 = S3(access, http: Self.shared)
    storage = Storage { [s3] in s3 }
    let request = HTTPRequest(
      .put, "\(access.endpoint ?? "")/\(Self.bucket)",
      authentication: .awsSigV4(
        accessKey: access.accessKey, secretKey: access.secretKey, region: access.region))
    let response = try await Self.shared.send(request)
    guard response.isSuccess || response.status == 409 else {
      throw Fault("cannot make the bucket: \(response.status) \(response.text)")
    }
  }

  func location(_ key: String) -> Location { .object(bucket: Self.bucket, key: key) }
}
