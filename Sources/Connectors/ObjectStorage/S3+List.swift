import Essentials
import HTTP

extension S3 {
  /// All objects of a bucket whose keys begin with a text, in the order of the keys' bytes as the store gives them.
  ///
  /// - Throws: ``S3Failure``; `HTTPFailure` where there is no answer; `CancellationError`.
  public func list(bucket: String, prefix: String = "") async throws -> [S3Object] {
    var objects: [S3Object] = []
    try await list(bucket: bucket, prefix: prefix) { objects += $0 }
    return objects
  }

  /// Calls with one page of objects after the other, a thousand at most each: for buckets too large for memory.
  ///
  /// - Parameter pageSize: how many objects a page has at most; nil for the store's own limit.
  public func list(
    bucket: String, prefix: String, pageSize: Int? = nil, _ page: ([S3Object]) async throws -> Void
  ) async throws {
    let operation = "listing s3://\(bucket)/\(prefix)"
    var continuation: String?
    repeat {
      var query = [("list-type", "2"), ("encoding-type", "url")]
      if !prefix.isEmpty { query.append(("prefix", prefix)) }
      if let pageSize { query.append(("max-keys", String(pageSize))) }
      if let continuation { query.append(("continuation-token", continuation)) }
      let response = try await send(
        try request(.get, bucket: bucket, query: query), operation, bucket: bucket)
      guard let answer = try S3ListPage(response.body) else {
        throw S3Failure(.fault, "\(operation): the store's answer is no listing", status: response.status)
      }
      guard answer.continuation == nil || answer.continuation != continuation else {
        throw S3Failure(.fault, "\(operation): the store gives the same page again and again")
      }
      try await page(answer.objects)
      continuation = answer.continuation
    } while continuation != nil
  }
}
