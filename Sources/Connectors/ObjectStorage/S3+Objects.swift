import Essentials
public import HTTP

extension S3 {
  /// An object as it begins to arrive.
  public struct Content: Sendable {
    /// The bytes, to be read once. A connection that breaks ends them with a failure.
    public let stream: HTTPStream
    /// Where in the object they begin, from 0.
    public let offset: Int
    /// The size of the whole object in bytes, where the store says it.
    public let size: Int?
    public let etag: String?
  }

  /// Asks for an object, whole or from a byte on.
  ///
  /// - Parameters:
  ///   - offset: the first byte wanted, from 0.
  ///   - etag: the version wanted; another one is a transient failure (`PreconditionFailed`).
  /// - Throws: ``S3Failure``; `HTTPFailure` where there is no answer; `CancellationError`.
  public func open(
    bucket: String, key: String, from offset: Int = 0, etag: String? = nil
  ) async throws -> Content {
    let operation = "reading s3://\(bucket)/\(key)"
    var headers: HTTPHeaders = [:]
    if offset > 0 { headers["Range"] = "bytes=\(offset)-" }
    if let etag { headers["If-Match"] = etag }
    let stream = try await http.stream(try request(.get, bucket: bucket, key: key, headers: headers))
    guard stream.isSuccess else {
      var body: [UInt8] = []
      for try await chunk in stream { body += chunk }
      throw try Self.failure(
        HTTPResponse(status: stream.status, headers: stream.headers, body: body), operation, bucket: bucket)
    }
    let length = stream.headers["Content-Length"].flatMap(Int.init)
    let range = stream.headers["Content-Range"].flatMap(Self.range)
    // Some stores answer a part with 200; what Content-Range says counts.
    guard stream.status != 206 || range != nil, range.map({ $0.first == offset }) ?? true else {
      throw S3Failure(.fault, "\(operation): the store sends another part than that from byte \(offset) on")
    }
    return Content(
      stream: stream, offset: range?.first ?? 0, size: range == nil ? length : range?.total,
      etag: stream.headers["ETag"])
  }

  /// The bytes of a part of an object; fewer where the object ends before.
  ///
  /// - Throws: as ``open(bucket:key:from:etag:)``; ``S3Failure`` (rejected) where the range begins behind the end.
  public func read(bucket: String, key: String, range: Range<Int>) async throws -> [UInt8] {
    guard !range.isEmpty else { return [] }
    let operation = "reading bytes \(range.lowerBound) to \(range.upperBound - 1) of s3://\(bucket)/\(key)"
    let headers: HTTPHeaders = ["Range": "bytes=\(range.lowerBound)-\(range.upperBound - 1)"]
    let response = try await send(
      try request(.get, bucket: bucket, key: key, headers: headers), operation, bucket: bucket)
    guard let arrived = response.headers["Content-Range"].flatMap(Self.range) else {
      // The whole object, as a store may answer.
      return Array(response.body.dropFirst(range.lowerBound).prefix(range.count))
    }
    guard arrived.first == range.lowerBound, response.body.count <= range.count else {
      throw S3Failure(.fault, "\(operation): the store sends another part")
    }
    return response.body
  }

  /// Size and version of an object; nil where there is none.
  public func head(bucket: String, key: String) async throws -> S3Object? {
    let response = try await http.send(try request(.head, bucket: bucket, key: key))
    if response.status == 404 { return nil }
    let operation = "looking at s3://\(bucket)/\(key)"
    guard response.isSuccess else { throw try Self.failure(response, operation, bucket: bucket) }
    guard let size = response.headers["Content-Length"].flatMap(Int.init) else {
      throw S3Failure(.fault, "\(operation): the store does not say the size")
    }
    return S3Object(key: key, size: size, etag: response.headers["ETag"])
  }

  /// Writes an object in one request, replacing one that is there; gives its ETag. The store compares the content
  /// with its hash, which the signature covers.
  @discardableResult
  public func put(bucket: String, key: String, _ bytes: [UInt8]) async throws -> String? {
    let response = try await send(
      try request(.put, bucket: bucket, key: key, body: .bytes(bytes)), "writing s3://\(bucket)/\(key)",
      bucket: bucket)
    return response.headers["ETag"]
  }

  /// Removes an object; nothing to do where there is none.
  public func delete(bucket: String, key: String) async throws {
    let response = try await http.send(try request(.delete, bucket: bucket, key: key))
    if try response.isSuccess || response.status == 404 && S3ErrorBody(response.body)?.code != "NoSuchBucket"
    {
      return
    }
    throw try Self.failure(response, "deleting s3://\(bucket)/\(key)", bucket: bucket)
  }

  /// `bytes 100-999/1000` (RFC 9110, section 14.4).
  private static func range(_ text: String) -> (first: Int, total: Int?)? {
    guard let match = text.wholeMatch(of: /bytes (\d+)-\d+\/(\d+|\*)/), let first = Int(match.1) else {
      return nil
    }
    return (first, Int(match.2))
  }
}
