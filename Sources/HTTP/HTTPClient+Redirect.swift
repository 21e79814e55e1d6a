import Essentials

extension ResponseHead {
  /// Whether the answer sends a GET or HEAD elsewhere (RFC 9110, section 15.4).
  var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) && headers["Location"] != nil }
}

extension HTTPClient {
  /// Follows redirects from hop to hop; gives the last result and the address that it came from.
  ///
  /// Not libcurl's own following, which takes a caller's secret headers along to another host.
  func following(
    _ first: TransferPlan, hop: (TransferPlan) async throws -> TransferResult
  ) async throws -> (TransferResult, Address) {
    var plan = first
    var hops = 0
    while true {
      let result = try await hop(plan)
      guard plan.followsRedirects, result.head.isRedirect, let target = result.redirect else {
        return (result, plan.address)
      }
      hops += 1
      guard hops <= configuration.mostRedirects else {
        throw HTTPFailure(
          first.method, url: first.address.text, reason: .tooManyRedirects(limit: configuration.mostRedirects)
        )
      }
      plan = try plan.redirected(to: target)
    }
  }
}

extension TransferPlan {
  /// The plan for the next hop. Another origin gets no credential, and of the headers only those that are known to
  /// carry none.
  func redirected(to target: String) throws -> TransferPlan {
    var plan = self
    do {
      plan.address = try Address(target)
      if address.trusts(plan.address) {
        try plan.prepareSignature()
        return plan
      }
    } catch .unreadable(let problem) {
      throw HTTPFailure(
        method, url: address.text, reason: .badURL("it redirects to \(URLText.masked(target)): \(problem)"))
    }
    plan.authentication = .none
    plan.headers = HTTPHeaders(headers.fields.filter { Self.isHarmless($0.name) })
    return plan
  }

  private static func isHarmless(_ name: String) -> Bool {
    [
      "Accept", "Accept-Language", "Accept-Encoding", "User-Agent", "Range", "If-Range", "If-None-Match",
      "If-Modified-Since",
    ]
    .contains { HTTPHeaders.same($0, name) }
  }
}
