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
    try await s3.createBucket(Self.bucket)
  }

  func location(_ key: String) -> Location { .object(bucket: Self.bucket, key: key) }
}
