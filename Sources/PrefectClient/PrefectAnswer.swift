import Essentials
import FoundationEssentials
import HTTP
import JSON

/// What an unwelcome answer of a Prefect API, or of a proxy before it, means.
struct PrefectAnswer {
  let response: HTTPResponse
  let call: PrefectCall
  let configuration: PrefectConfiguration
  let now: Date

  func failure(followsOpenAttempt: Bool = false) -> PrefectFailure {
    var failure = failure
    failure.followsOpenAttempt = followsOpenAttempt
    return failure
  }

  private var failure: PrefectFailure {
    let status = response.status
    let said = detail.map { ": \($0)" } ?? ""
    switch status {
    case 401:
      return make(.configuration, "the login was refused (401)", remedy: loginRemedy)
    case 403 where isAboutCSRF:
      return make(
        .configuration, "the server asks for a CSRF token (403)\(said)",
        remedy: configuration.supportsCSRF
          ? "Check that a proxy in front of the server passes the headers Prefect-Csrf-Token and Prefect-Csrf-Client on."
          : "Set PREFECT_CLIENT_CSRF_SUPPORT_ENABLED to true.")
    case 403:
      return make(
        .configuration, "this is forbidden (403)\(said)",
        remedy: "Check the rights that \(configuration.authenticationSetting ?? "PREFECT_API_KEY") gives.")
    case 404 where isOfRouter:
      return make(
        .configuration, "the server has no such address (404)",
        remedy: "Check PREFECT_API_URL, \(configuration.shownURL): it ends in /api as a rule.")
    case 404:
      return make(.configuration, "there is no \(call.subject) (404)\(detailBeyondAbsence)")
    case 409, 413, 422:
      return make(.rejected, "the server refused it (\(status))\(said)")
    case 300..<400:
      return make(
        .configuration, "the server sends the request elsewhere (\(status))",
        remedy: "Check PREFECT_API_URL, \(configuration.shownURL).")
    // 423: the slots of a concurrency limit are taken.
    case 408, 423, 429, 500...:
      return make(
        .transient, "the server answered \(status)\(said)", retryAfter: retryAfter)
    default:
      return make(.rejected, "the server answered \(status)\(said)")
    }
  }

  /// An answer that says it succeeded and is no document of the API.
  func unreadable(_ problem: any Error) -> PrefectFailure {
    make(
      .configuration, "the answer (\(response.status)) is none of a Prefect API: \(problem)",
      remedy: "Check PREFECT_API_URL, \(configuration.shownURL), and the proxies before it.")
  }

  /// Whether the server wants another token, or one at all.
  var isAboutCSRF: Bool { response.status == 403 && response.text.contains("CSRF token") }

  private var isOfRouter: Bool { response.status == 404 && (detail ?? "Not Found") == "Not Found" }

  /// As HTTP has it, and as Prefect writes it too: seconds with a fraction.
  private var retryAfter: Duration? {
    if let wait = response.retryAfter(now: now) { return wait }
    guard let text = response.headers["Retry-After"], let seconds = Double(text),
      (0...86400).contains(seconds)
    else { return nil }
    return .seconds(seconds)
  }

  private func make(
    _ kind: FailureKind, _ problem: String, remedy: String? = nil, retryAfter: Duration? = nil
  ) -> PrefectFailure {
    var failure = PrefectFailure(
      kind, "\(call.operation): \(problem)", remedy: remedy, retryAfter: retryAfter, status: response.status)
    failure.isOfRouter = isOfRouter
    return failure
  }

  private var loginRemedy: String {
    if let setting = configuration.authenticationSetting {
      return "Check \(setting)\(setting == "PREFECT_API_AUTH_STRING" ? ", as user:password" : "")."
    }
    return "Set PREFECT_API_AUTH_STRING to user:password, or PREFECT_API_KEY."
  }

  /// The server's sentence where it says more than that there is nothing.
  private var detailBeyondAbsence: String {
    guard let detail, !detail.lowercased().hasSuffix("not found"),
      !detail.lowercased().hasSuffix("not found.")
    else { return "" }
    return ": \(detail)"
  }

  /// What the server says, in words: of a faulty document each place and what is wrong there, never the value, which
  /// may be a secret.
  var detail: String? {
    guard let document = try? JSONValue(parsing: response.body) else { return nil }
    let text: String? =
      if let problems = (document["exception_detail"] ?? document["detail"])?.array {
        problems.map(Self.words).joined(separator: "; ")
      } else {
        document["detail"]?.string ?? document["exception_message"]?.string
      }
    guard let text, !text.isEmpty else { return nil }
    return text.count > 1000 ? text.prefix(1000) + "…" : text
  }

  private static func words(_ problem: JSONValue) -> String {
    let place = (problem["loc"]?.array ?? []).map { $0.string ?? "[\($0)]" }.drop { $0 == "body" }
      .joined(separator: ".")
    let message = problem["msg"]?.string ?? "not valid"
    return place.isEmpty ? message : "\(place): \(message)"
  }
}
