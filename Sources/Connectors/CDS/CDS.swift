public import Essentials
import FoundationEssentials
public import HTTP
import JSON

/// A client of the Climate Data Store's API (OGC API - Processes, as the reference clients speak it).
public struct CDS: Sendable {
  let url: String
  let http: HTTPClient
  private let key: Secret<String>

  public init(_ credentials: CDSCredentials, http: HTTPClient) {
    url = credentials.url
    key = credentials.key
    self.http = http
  }

  /// Hands a request in. The store answers at once with a job that waits in its queue.
  public func submit(_ request: CDSRequest) async throws -> CDSJob {
    let operation = "requesting \(request.dataset)"
    let body: JSONValue = ["inputs": .object(request.inputs)]
    let answer = try await call(
      .post, "retrieve/v1/processes/\(URLText.encode(request.dataset))/execution", body: body, expect: 201,
      operation)
    return try CDSJob(answer, operation: operation)
  }

  /// Where a job stands.
  public func job(_ id: String) async throws -> CDSJob {
    let operation = "asking for job \(id)"
    let answer = try await call(
      .get, "retrieve/v1/jobs/\(URLText.encode(id))?log=True", expect: 200, operation)
    return try CDSJob(answer, operation: operation)
  }

  /// The file of a successful job. For a failed or rejected one this throws the store's reason.
  public func asset(ofJob id: String) async throws -> CDSAsset {
    let operation = "asking for the result of job \(id)"
    let path = "retrieve/v1/jobs/\(URLText.encode(id))/results"
    let answer = try await call(.get, path, expect: 200, operation)
    guard let value = answer["asset"]?["value"], let href = value["href"]?.string,
      let base = URL(string: "\(url)/\(path)"), let absolute = URL(string: href, relativeTo: base)
    else {
      throw CDSFailure(.transient, "\(operation) at \(url): the answer names no file", problem: .noFile)
    }
    return CDSAsset(url: absolute.absoluteString, size: value["file:size"]?.integer)
  }

  /// Fetches a job's file. The key does not go with the request: the file lies with somebody else.
  ///
  /// - Parameter progress: is told how far it has come, from 0 to 1.
  public func download(
    _ asset: CDSAsset, to path: String, progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) async throws -> Int {
    let result = try await http.download(HTTPRequest(.get, asset.url), to: path) { step in
      guard let total = step.total ?? asset.size, total > 0 else { return }
      progress(Double(step.bytes) / Double(total))
    }
    if result.response.status == 404 {
      throw CDSFailure(
        .transient, "downloading \(asset.url): the file is gone", remedy: "Run again to ask for it anew.",
        problem: .resultsExpired)
    }
    guard (200..<300).contains(result.response.status) else {
      throw CDSAnswer(response: result.response, operation: "downloading \(asset.url)", server: url).failure
    }
    if let size = asset.size, size != result.byteCount {
      throw CDSFailure(
        .transient,
        "downloading \(asset.url): \(result.byteCount) bytes came where the store announced \(size)",
        problem: .wrongLength)
    }
    return result.byteCount
  }

  /// The last moment for which a data set has data, as the catalogue has it: `2026-09-01`.
  public func lastDay(of dataset: String) async throws -> CalendarDate {
    let operation = "asking the catalogue for \(dataset)"
    let answer = try await call(
      .get, "catalogue/v1/collections/\(URLText.encode(dataset))", expect: 200, operation)
    guard let text = answer["extent"]?["temporal"]?["interval"]?[0]?[1]?.string,
      let day = CalendarDate(String(text.prefix(10)))
    else { throw CDSFailure(.transient, "\(operation) at \(url): the answer has no temporal extent") }
    return day
  }

  func call(
    _ method: HTTPMethod, _ path: String, body: JSONValue? = nil, expect status: Int,
    retry: HTTPRetry = .standard, _ operation: String
  ) async throws -> JSONValue {
    var headers: HTTPHeaders = ["Accept": "application/json"]
    if body != nil { headers["Content-Type"] = "application/json" }
    var request = HTTPRequest(
      method, "\(url)/\(path)", headers: headers, body: body.map { .bytes($0.bytes()) } ?? .none,
      authentication: .header(name: "PRIVATE-TOKEN", value: key))
    request.retry = retry
    let response = try await http.send(request)
    let answer = CDSAnswer(response: response, operation: operation, server: url)
    guard response.status == status, !answer.isWebPage else { throw answer.failure }
    do { return try JSONValue(parsing: response.body) } catch {
      throw CDSFailure(.transient, "\(operation) at \(url): the answer is \(error)")
    }
  }
}
