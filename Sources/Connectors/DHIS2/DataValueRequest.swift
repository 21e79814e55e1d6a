import Essentials
import FoundationEssentials
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
    /// The server, or what stands before it, gave up waiting: it is too much at once, and may still be at work.
    case atWork
    /// No answer came. The server may still be at work.
    case lost
    /// The server is done, and its answer did not come whole.
    case cutShort
    /// A job in the background goes on for longer than it is waited for. What it has is not to be sent meanwhile.
    case goesOn
    /// 500: a defect rather than an overload, so it is tried once more only.
    case defect
  }

  /// What came back, and how long it took.
  struct Answered: Sendable {
    let outcome: Outcome
    let duration: Duration
  }

  let server: DHIS2
  let options: ImportOptions
  let namesDataSet: Bool
  let followUpKey: String

  func body(_ values: some Collection<DataValue>) -> [UInt8] {
    var writer = DataValueWriter(
      dataSet: namesDataSet ? options.dataSet : nil, followUpKey: followUpKey, expecting: values.count)
    for value in values { writer.write(value) }
    return writer.finish()
  }

  /// The body of a request as it is sent.
  func packed(_ rows: RowQueue, room: BodyRoom) throws -> [UInt8] {
    var writer = DataValueWriter(
      dataSet: namesDataSet ? options.dataSet : nil, followUpKey: followUpKey, expecting: rows.count,
      room: room.take())
    rows.forEachPart { values in
      values.withUnsafeBufferPointer { values in
        for place in values.indices { writer.write(values[place]) }
      }
    }
    let bytes = writer.finish()
    guard options.packs else { return bytes }
    defer { room.put(bytes) }
    return try PackedBody.gzip(bytes)
  }

  func send(_ rows: [DataValueImport.Row]) async throws -> Answered {
    let body = body(rows.lazy.map(\.value))
    return try await send(options.packs ? try PackedBody.gzip(body) : body, count: rows.count)
  }

  /// - Parameters:
  ///   - body: as it is sent.
  ///   - count: how many values are in it.
  func send(_ body: [UInt8], count: Int) async throws -> Answered {
    let start = server.clock.now()
    let outcome = try await outcome(of: body, count: count)
    return Answered(outcome: outcome, duration: .seconds(server.clock.now().timeIntervalSince(start)))
  }

  private func outcome(of body: [UInt8], count: Int) async throws -> Outcome {
    let operation = "importing \(count) values into data set \(options.dataSet)"
    var query = [("importStrategy", options.strategy.rawValue), ("dryRun", "\(options.isDryRun)")]
    if options.isAsync { query.append(("async", "true")) }
    let response: HTTPResponse
    do {
      response = try await server.send(
        .post, "dataValueSets", query, body: .bytes(body), retry: .never, operation: operation)
    } catch let failure as HTTPFailure {
      switch failure.reason {
      case let reason where reason.isBeforeRequest: return .later(failure, after: nil)
      case .timedOut: return .unknown(failure.message, .atWork)
      case .cutOff: return .unknown(failure.message, .lost)
      case .badAnswer, .bodyTooLarge: return .unknown(failure.message, .cutShort)
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
        "\(operation) at \(server.baseURL): the answer (\(response.status)) is cut off", .cutShort)
    }
    if response.status != 400, options.isAsync, let job = JobTicket(answer) {
      let name = "\(operation) at \(server.baseURL): job \(job.id)"
      switch try await server.summary(of: job, deadline: options.jobDeadline, operation: operation) {
      case .summary(let summary): return self.outcome(of: summary, operation)
      case .none: return .unknown("\(name) ended without a summary", .cutShort)
      case .goesOn(let problem): return .unknown("\(name) \(problem)", .goesOn)
      }
    }
    if let summary = ImportSummary(answer) { return self.outcome(of: summary, operation) }
    if response.status == 400 || response.status == 409 {
      // A token that is refused is a 400, too.
      if failure.kind == .configuration { throw failure }
      return .refused(
        failure, code: answer["errorCode"]?.string,
        message: answer["message"]?.string ?? "refused without a reason")
    }
    return .unknown("\(operation) at \(server.baseURL): the answer is no import summary", .lost)
  }

  /// Up to 2.42 whatever goes wrong inside the server becomes a summary: an error that is about nothing.
  private func outcome(of summary: ImportSummary, _ operation: String) -> Outcome {
    guard summary.refusesWhole, summary.conflicts.isEmpty else { return .summary(summary) }
    return .unknown(
      "\(operation) at \(server.baseURL): \(summary.message ?? "an error without a reason")", .defect)
  }
}

extension HTTPFailure.Reason {
  /// Whether the server never saw the request, so that it may be sent again soon.
  var isBeforeRequest: Bool {
    switch self {
    case .nameNotResolved, .connectionRefused, .unreachable, .timedOut(.connect, _), .tls: true
    default: false
    }
  }
}
