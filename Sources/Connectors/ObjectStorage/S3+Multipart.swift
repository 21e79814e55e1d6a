import Essentials
import HTTP

/// A multipart upload that has begun: parts are held by the store until it is completed or aborted.
public struct S3Upload: Sendable, Hashable {
  public let bucket: String
  public let key: String
  public let id: String
}

/// A part that the store has.
public struct S3Part: Sendable, Hashable {
  /// From 1 to 10,000.
  public let number: Int
  public let etag: String
}

extension S3 {
  /// Begins a multipart upload.
  public func createUpload(bucket: String, key: String) async throws -> S3Upload {
    let operation = "beginning to write s3://\(bucket)/\(key)"
    var request = try request(.post, bucket: bucket, key: key, query: [("uploads", "")])
    // Twice makes two uploads, of which one stays empty; the store removes it by its own rules.
    request.retry = .repeatable
    let response = try await send(request, operation, bucket: bucket)
    var id = ""
    do {
      // The root's name differs between stores.
      try XMLText.read(response.body) { path, text in
        if path.count == 2, path[1] == "UploadId" { id = text }
      }
    } catch is XMLText.Malformed {
      throw S3Failure(.transient, "\(operation): the store's answer is no XML", status: response.status)
    }
    guard !id.isEmpty else { throw S3Failure(.fault, "\(operation): the store gives no id of the upload") }
    return S3Upload(bucket: bucket, key: key, id: id)
  }

  /// Sends one part: at least 5 MiB but for the last.
  public func uploadPart(_ upload: S3Upload, number: Int, _ bytes: [UInt8]) async throws -> S3Part {
    let operation = "writing part \(number) of s3://\(upload.bucket)/\(upload.key)"
    let response = try await send(
      try request(
        .put, bucket: upload.bucket, key: upload.key,
        query: [("partNumber", String(number)), ("uploadId", upload.id)], body: .bytes(bytes)), operation,
      bucket: upload.bucket)
    guard let etag = response.headers["ETag"] else {
      throw S3Failure(.fault, "\(operation): the store gives no ETag")
    }
    return S3Part(number: number, etag: etag)
  }

  /// Makes the parts one object. The store may fail after it has begun to answer with 200; that is an error too.
  public func completeUpload(_ upload: S3Upload, _ parts: [S3Part]) async throws {
    let items = parts.map {
      "<Part><PartNumber>\($0.number)</PartNumber><ETag>\(XMLText.escaped($0.etag))</ETag></Part>"
    }
    let document =
      "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(items.joined())</CompleteMultipartUpload>"
    var request = try request(
      .post, bucket: upload.bucket, key: upload.key, query: [("uploadId", upload.id)],
      headers: ["Content-Type": "application/xml"], body: .text(document))
    // Large objects take the store minutes.
    request.timeouts.idle = .seconds(600)
    request.retry = .never
    let operation = "completing s3://\(upload.bucket)/\(upload.key)"
    let response = try await send(request, operation, bucket: upload.bucket)
    if let error = try S3ErrorBody(response.body) {
      throw S3Failure(
        operation, bucket: upload.bucket, status: response.status, headers: response.headers, error: error)
    }
    do { try XMLText.read(response.body) { _, _ in } } catch is XMLText.Malformed {
      throw S3Failure(.transient, "\(operation): the store's answer is no XML", status: response.status)
    }
  }

  /// Throws the parts of an upload away. Nothing to do where it has ended already.
  public func abortUpload(_ upload: S3Upload) async throws {
    let response = try await http.send(
      try request(.delete, bucket: upload.bucket, key: upload.key, query: [("uploadId", upload.id)]))
    guard !response.isSuccess, response.status != 404 else { return }
    throw try Self.failure(
      response, "giving up writing s3://\(upload.bucket)/\(upload.key)", bucket: upload.bucket)
  }
}
