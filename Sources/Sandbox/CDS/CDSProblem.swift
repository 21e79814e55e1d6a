internal import JSON

/// A refusal of the Climate Data Store.
struct CDSProblem: Error, Sendable {
  let status: Int
  let type: String
  let title: String
  let detail: String?
  var traceback: String?
  var retryAfter: Int?

  static func invalid(_ detail: String) -> CDSProblem {
    CDSProblem(status: 400, type: "invalid request", title: "invalid request", detail: detail)
  }

  static func notFound(_ what: String, _ detail: String) -> CDSProblem {
    CDSProblem(
      status: 404,
      type: "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-\(what)",
      title: "\(what) not found",
      detail: detail)
  }

  static func forbidden(_ title: String, _ detail: String) -> CDSProblem {
    CDSProblem(status: 403, type: "permission denied", title: title, detail: detail)
  }

  static func unprocessable(_ detail: String) -> CDSProblem {
    CDSProblem(status: 422, type: "invalid parameter", title: "invalid parameter", detail: detail)
  }

  static let unauthenticated = CDSProblem(
    status: 401, type: "permission denied", title: "permission denied", detail: "authentication required")

  static func rateLimit(_ seconds: Int) -> CDSProblem {
    CDSProblem(
      status: 429, type: "rate limit exceeded", title: "rate limit exceeded",
      detail: "Rate limit exceeded. Please wait \(seconds) seconds.", retryAfter: seconds)
  }

  func reply(instance: String, trace: String) -> Reply {
    var body: JSONObject = ["type": .string(type), "title": .string(title), "status": .integer(status)]
    body["detail"] = detail.map { .string($0) }
    body["instance"] = .string(instance)
    body["trace_id"] = .string(trace)
    body["traceback"] = traceback.map { .string($0) }
    var reply = Reply.json(.object(body), status: status)
    if let retryAfter { reply.headers.append(("Retry-After", String(retryAfter))) }
    return reply
  }
}
