import Essentials
import HTTP

extension S3 {
  /// Makes a bucket where there is none; nothing to do where there is one that we may use.
  ///
  /// - Returns: whether it was made.
  /// - Throws: ``S3Failure``; `HTTPFailure` where there is no answer; `CancellationError`.
  @discardableResult
  public func createBucket(_ bucket: String) async throws -> Bool {
    let operation = "making the bucket \(bucket)"
    let present = try await http.send(try request(.head, bucket: bucket))
    if present.isSuccess { return false }
    guard present.status == 404 else { throw try Self.failure(present, operation, bucket: bucket) }
    // The usual region must not be named, every other one has to be.
    let place =
      access.region == S3Access.usualRegion
      ? ""
      : "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>\(XMLText.escaped(access.region))</LocationConstraint></CreateBucketConfiguration>"
    let response = try await http.send(
      try request(.put, bucket: bucket, body: place.isEmpty ? .none : .text(place)))
    if response.isSuccess { return true }
    // Somebody of ours was faster.
    if response.status == 409, try S3ErrorBody(response.body)?.code == "BucketAlreadyOwnedByYou" {
      return false
    }
    throw try Self.failure(response, operation, bucket: bucket)
  }
}
