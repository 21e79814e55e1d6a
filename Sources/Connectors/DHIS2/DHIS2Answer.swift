import Essentials
import Foundation
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

  /// Whether this is the way to the login page, or the page itself: a 3xx, or HTML where JSON was asked for.
  var isLoginPage: Bool {
    if (300..<400).contains(response.status) { return true }
    return response.status == 200
      && (response.headers["Content-Type"] ?? "").lowercased().hasPrefix("text/html")
  }

  var failure: DHIS2Failure {
    let place = "\(operation) at \(server)"
    if isLoginPage {
      return DHIS2Failure(
        .configuration,
        "\(place): not logged in (the server answered \(response.status) with its login page)",
        remedy: "Check the address, which must be the one before /api, and the credentials.")
    }
    let said = message.map { ": \($0)" } ?? ""
    switch response.status {
    case 400 where message?.lowercased().contains("token") == true || message == "Checksum validation failed":
      return DHIS2Failure(
        .configuration, "\(place): the access token was refused (400)\(said)",
        remedy: "Make a new token in DHIS2.")
    case 401:
      return DHIS2Failure(
        .configuration, "\(place): the credentials were refused (401)\(said)",
        remedy: "Check user name and password or token; four failures lock an account for 15 minutes.")
    case 403:
      return DHIS2Failure(
        .configuration, "\(place): the user lacks the right (403)\(said)",
        remedy: "Give the user the authority or the sharing; a change can take up to an hour to count.")
    case 404:
      return DHIS2Failure(
        .configuration, "\(place): there is no such thing (404)\(said)",
        remedy: "Check the address of the server.")
    case 413:
      return DHIS2Failure(
        .rejected, "\(place): the request is larger than the server or its proxy takes (413)")
    case 408, 429, 500...:
      return DHIS2Failure(
        .transient, "\(place): the server answered \(response.status)\(said)",
        retryAfter: response.retryAfter(now: Date()))
    default:
      return DHIS2Failure(.rejected, "\(place): refused (\(response.status))\(said)")
    }
  }

  /// The message of DHIS2's envelope, where the body is one.
  private var message: String? {
    (try? JSONValue(parsing: response.body))?["message"]?.string
  }
}
