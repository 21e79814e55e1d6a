import Essentials
import HTTP
import JSON

/// One `POST /api/dataValueSets`.
struct DataValueRequest: Sendable {
  /// What came back.
  enum Outcome: Sendable {
    case summary(ImportSummary)
    /// The request was refused as a whole, without a summary.
    case refused(DHIS2Failure, code: String?, message: String)
    case tooLarge
    /// The server did nothing, and may do it later.
    case later(any Failure, after: Duration?)
    /// Nobody knows what the server did.
    case unknown(String, Silence)
  }

  /// Why nothing is known.
  enum Silence: Sendable {
    /// The server may still be at work.
    case atWork
    /// The answer was lost, or never made.
    case lost
    /// 500: a defect rather than an overload, so it is tried once more only.
    case defect
  }

  let server: DHIS2
  let options: ImportOptions
  let namesDataSet: Bool

  func body(_ values: some Collection<DataValue>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 150 + 64)
    bytes.append(UInt8(ascii: "{"))
    if namesDataSet {
      DataValue.member("dataSet", options.dataSet, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    bytes.append(contentsOf: "\"dataValues\":[".utf8)
    var isFirst = true
    for value in values {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      value.write(to: &bytes)
    }
    bytes.append(contentsOf: "]}".utf8)
    return bytes
  }

  func send(_ rows: [DataValueImport.Row]) async throws -> Outcome {
    let operation = "importing \(rows.count) values into data set \(options.dataSet)"
    var query = [("importStrategy", options.strategy.rawValue), ("dryRun", "\(options.isDryRun)")]
    if options.isAsync { query.append(("async", "true")) }
    var bytes = body(rows.lazy.map(\.value))
    if options.packs { bytes = try PackedBody.gzip(bytes) }
    let response: HTTPResponse
    do {
      response = try await server.send(
        .post, "dataValueSets", query, body: .bytes(bytes), retry: .never, operation: operation)
    } catch let failure as HTTPFailure {
      switch failure.reason {
      case .nameNotResolved, .connectionRefused, .unreachable, .timedOut(.connect, _), .tls:
        return .later(failure, after: nil)
      case .timedOut: return .unknown(failure.message, .atWork)
      case .cutOff, .badAnswer, .bodyTooLarge: return .unknown(failure.message, .lost)
      default: throw failure
      }
    }
    return try await outcome(of: response, operation)
  }

  private func outcome(of response: HTTPResponse, _ operation: String) async throws -> Outcome {
    var failure: DHIS2Failure { DHIS2Answer(response, operation: operation, server: server.baseURL).failure }
    switch response.status {
    case 200, 201, 409: break
    case 400: break
    case 413: return .tooLarge
    case 429, 503: return .later(failure, after: failure.retryAfter)
    case 408, 504: return .unknown(failure.message, .atWork)
    case 502: return .unknown(failure.message, .lost)
    case 500: return .unknown(failure.message, .defect)
    default: throw failure
    }
    guard let answer = try? JSONValue(parsing: response.body) else {
      if response.status == 400 { throw failure }
      return .unknown(
        "\(operation) at \(server.baseURL): the answer (\(response.status)) is cut off", .lost)
    }
    if response.status != 400, options.isAsync, let job = JobTicket(answer) {
      guard
        let summary = try await server.summary(of: job, deadline: options.jobDeadline, operation: operation)
      else {
        return .unknown(
          "\(operation) at \(server.baseURL): job \(job.id) ended without a summary", .lost)
      }
      return .summary(summary)
    }
    if let summary = ImportSummary(answer) { return .summary(summary) }
    if response.status == 400 || response.status == 409 {
      // A token that is refused is a 400, too.
      if failure.kind == .configuration { throw failure }
      return .refused(
        failure, code: answer["errorCode"]?.string,
        message: answer["message"]?.string ?? "refused without a reason")
    }
    return .unknown("\(operation) at \(server.baseURL): the answer is no import summary", .lost)
  }
}
