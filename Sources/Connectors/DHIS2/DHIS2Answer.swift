import Essentials
import FoundationEssentials
import HTTP
import JSON

/// What an unwelcome answer of DHIS2, or of a proxy before it, means.
struct DHIS2Answer {
  private let response: HTTPResponse
  private let operation: String
  private let server: String

  init(_ response: HTTPResponse, operation: String, server: String) {
    self.response = response
    self.operation = operation
    self.server = server
  }

  /// Whether this is the way to the login page, or the page itself: a 3xx that leads there or nowhere, or HTML where
  /// JSON was asked for.
  var isLoginPage: Bool {
    if (300..<400).contains(response.status) {
      return location.map { $0.split(separator: "?")[0].lowercased().contains("login") } ?? true
    }
    return response.status == 200
      && (response.headers["Content-Type"] ?? "").lowercased().hasPrefix("text/html")
  }

  /// Whether this is the way to the login page, the page itself, or the way to another address.
  var leadsElsewhere: Bool { isLoginPage || (300..<400).contains(response.status) }

  private var location: String? { response.headers["Location"].flatMap { $0.isEmpty ? nil : $0 } }

  var failure: DHIS2Failure {
    let place = "\(operation) at \(server)"
    if !isLoginPage, let location, (300..<400).contains(response.status) {
      let target = URLText.masked(location).split(separator: "?")[0]
      let base =
        target.contains("/api/") ? target.prefix(upTo: target.ranges(of: "/api/")[0].lowerBound) : target
      return DHIS2Failure(
        .configuration, "\(place): the server is at another address (\(response.status)): \(target)",
        remedy: base.contains("://")
          ? "Set base_url of the block, or DHIS2_BASE_URL, to \(base), if that is yours."
          : "Correct base_url of the block: it must be the address before /api.",
        status: response.status)
    }
    if isLoginPage {
      return DHIS2Failure(
        .configuration,
        "\(place): not logged in (the server answered \(response.status) with its login page)",
        remedy: "Check the address, which must be the one before /api, and the credentials.",
        status: response.status)
    }
    let envelope = try? JSONValue(parsing: response.body)
    let message = envelope?["message"]?.string
    let code = envelope?["errorCode"]?.string
    func failure(_ kind: FailureKind, _ what: String, remedy: String? = nil) -> DHIS2Failure {
      let said = message.map { ": \(code.map { "\($0): " } ?? "")\($0)" } ?? ""
      return DHIS2Failure(
        kind, "\(place): \(what)\(said)", remedy: remedy,
        retryAfter: kind == .transient ? response.retryAfter(now: Date()) : nil, status: response.status,
        code: code)
    }
    switch response.status {
    case 400 where message?.lowercased().contains("token") == true || message == "Checksum validation failed":
      return failure(
        .configuration, "the access token was refused (400)", remedy: "Make a new token in DHIS2.")
    case 401:
      return failure(
        .configuration, "the credentials were refused (401)",
        remedy: "Check user name and password or token; four failures lock an account for 15 minutes.")
    case 403:
      return failure(
        .configuration, "the user lacks the right (403)",
        remedy: "Give the user the authority or the sharing; a change can take up to an hour to count.")
    case 404:
      return failure(
        .configuration, "there is no such thing (404)", remedy: "Check the address of the server.")
    case 409 where ["E2010", "E2011", "E2012"].contains(code):
      return failure(
        .configuration, "the user may not read these data (409)",
        remedy: "Share the data set for viewing data, and give the user an org unit for data view.")
    case 413: return failure(.rejected, "the request is larger than the server or its proxy takes (413)")
    case 502, 503, 504:
      return failure(
        .transient, "the server answered \(response.status)",
        remedy:
          "DHIS2, or the proxy before it, is down, starting or overloaded: run again when it answers. What has arrived is not sent twice."
      )
    case 408, 429, 500...: return failure(.transient, "the server answered \(response.status)")
    default: return failure(.rejected, "refused (\(response.status))")
    }
  }
}
