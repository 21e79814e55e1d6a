import Essentials
import Foundation
import HTTP
import JSON

/// What an unwelcome answer of the store means. The four kinds of 403 are told apart by their title.
struct CDSAnswer {
  let response: HTTPResponse
  let operation: String
  let server: String

  /// Whether the answer is HTML, which the store's API never gives. A gateway says so that the store is away: that passes.
  var isWebPage: Bool {
    guard response.status < 500, ![401, 408, 429].contains(response.status) else { return false }
    return (response.headers["Content-Type"] ?? "").lowercased().hasPrefix("text/html")
      || ["<html", "<!doctype html"].contains {
        String(decoding: response.body.prefix(200), as: UTF8.self).trimmingCharacters(
          in: .whitespacesAndNewlines
        )
        .lowercased().hasPrefix($0)
      }
  }

  var failure: CDSFailure {
    let body = try? JSONValue(parsing: response.body)
    let title = body?["title"]?.string ?? ""
    let detail = body?["detail"]?.string ?? body?["traceback"]?.string ?? title
    let said = detail.isEmpty ? "" : ": \(detail)"
    let place = "\(operation) at \(server)"
    // What is neither refused nor as it must be.
    if isWebPage || (200..<400).contains(response.status) {
      return CDSFailure(
        .configuration,
        "\(place): \(isWebPage ? "a web page came" : "something came") that is no answer of the store's API (\(response.status))",
        remedy:
          "Check url of the block or CDSAPI_URL, as https://cds.climate.copernicus.eu/api: it is no API of the store, or a proxy answered in its place.",
        problem: .noAPI)
    }
    // Before the job or as its end: "None of the data you have requested is available yet".
    if response.status == 400, detail.contains("is available yet") {
      return CDSFailure(
        .rejected, "\(place): nothing of it is published yet\(said)", remedy: "Run again when it is.",
        problem: .notPublished)
    }
    switch (response.status, title.lowercased()) {
    case (401, _):
      return CDSFailure(
        .configuration, "\(place): the key was refused (401)\(said)",
        remedy: "Set CDSAPI_KEY, or key of the block, to the personal access token of your profile page.")
    case (403, "required licences not accepted"):
      return CDSFailure(
        .configuration, "\(place): the licence of the data set was not accepted\(said)",
        remedy:
          "Accept it once, in a browser, at \(Self.address(in: detail) ?? "the data set's page"), signed in as the owner of the key."
      )
    case (403, "cost limits exceeded"):
      return CDSFailure(
        .rejected, "\(place): the request is too large\(said)",
        remedy: "Ask for fewer months or variables at a time.", problem: .tooLarge)
    case (403, "permission denied"):
      return CDSFailure(
        .configuration, "\(place): the data set is not available\(said)",
        remedy: "The reason given tells until when, or whom to ask.", problem: .notAllowed)
    case (403, _):
      return CDSFailure(
        .configuration, "\(place): not allowed (403)\(said)",
        remedy: "Use the key of the user who made the job.", problem: .noSuchJob)
    case (404, "no such process"), (404, "process not found"):
      return CDSFailure(.configuration, "\(place): there is no such data set\(said)")
    case (404, "results expired"):
      return CDSFailure(
        .transient, "\(place): the result has expired\(said)", remedy: "Run again to ask for it anew.",
        problem: .resultsExpired)
    case (404, "job results not ready"):
      return CDSFailure(.transient, "\(place): the result is not ready\(said)", problem: .notReady)
    case (404, _):
      return CDSFailure(.rejected, "\(place): the store has no such job\(said)", problem: .noSuchJob)
    case (400, "job results failed"), (400, "the job has failed"), (400, "the job has been rejected"),
      (400, "the job has rejected"):
      // "Number of API queued requests per user is limited to 150": the store takes it when others are done.
      if detail.contains("queued requests") {
        return CDSFailure(
          .transient, "\(place): too many requests are queued\(said)", problem: .tooManyQueued)
      }
      return CDSFailure(.rejected, "\(place): the store could not do the job\(said)")
    case (400, _), (422, _):
      return CDSFailure(.rejected, "\(place): the request is not valid (\(response.status))\(said)")
    case (408, _), (429, _), (500..., _):
      return CDSFailure(
        .transient, "\(place): the store answered \(response.status)\(said)",
        retryAfter: response.retryAfter(now: Date()))
    default:
      return CDSFailure(.fault, "\(place): the store answered \(response.status)\(said)")
    }
  }

  /// The address that a sentence names.
  private static func address(in sentence: String) -> String? {
    sentence.firstMatch(of: /https?:\/\/\S+/).map { String($0.output) }
  }
}
