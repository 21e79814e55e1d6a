internal import Essentials
internal import FoundationEssentials
internal import JSON

/// Who is calling, by the rules of Spring Security as DHIS2 sets them up.
struct DHIS2Authentication: Sendable {
  /// Failures in a row before an account is locked (UserService.LOGIN_MAX_FAILED_ATTEMPTS).
  private static let allowedFailures = 4
  private static let lockTime = 15.0 * 60

  let users: [DHIS2User]
  let version: DHIS2Version
  private var failures: [String: (count: Int, last: Date)] = [:]

  init(users: [DHIS2User], version: DHIS2Version) {
    self.users = users
    self.version = version
  }

  /// The user, or the refusal.
  mutating func user(of call: Call, base: String, now: Date) -> Result<DHIS2User, Refusal> {
    let authorization = call.header("authorization") ?? ""
    if authorization.hasPrefix("ApiToken ") {
      return token(String(authorization.dropFirst("ApiToken ".count)))
    }
    if authorization.hasPrefix("Basic "),
      let pair = Self.decode(String(authorization.dropFirst("Basic ".count)))
    {
      return basic(pair.name, pair.password, now: now)
    }
    if authorization.contains("Basic") || call.header("x-requested-with") == "XMLHttpRequest" {
      return .failure(Refusal(reply: WebMessage.reply(401, "Unauthorized")))
    }
    // Whatever the caller accepts, the answer is the way to the login page.
    let page = version < .v2_42 ? "/dhis-web-commons/security/login.action" : "/dhis-web-login/"
    return .failure(Refusal(reply: Reply(302, headers: [("Location", base + "/dhis2" + page)])))
  }

  private mutating func basic(_ name: String, _ password: String, now: Date) -> Result<DHIS2User, Refusal> {
    if let failed = failures[name], failed.count >= Self.allowedFailures {
      if now.timeIntervalSince(failed.last) < Self.lockTime {
        return .failure(Refusal(reply: WebMessage.reply(401, "Account locked")))
      }
      failures[name] = nil
    }
    guard let user = users.first(where: { $0.username == name && $0.password == password }) else {
      failures[name] = ((failures[name]?.count ?? 0) + 1, now)
      return .failure(Refusal(reply: WebMessage.reply(401, "Unauthorized")))
    }
    failures[name] = nil
    return .success(user)
  }

  private func token(_ token: String) -> Result<DHIS2User, Refusal> {
    func refuse(_ status: Int, _ message: String) -> Result<DHIS2User, Refusal> {
      .failure(Refusal(reply: WebMessage.reply(status, message)))
    }
    let body = token.dropFirst("d2pat_".count)
    guard token.hasPrefix("d2pat_"), body.utf8.count == 42 else {
      return refuse(400, "Api token is malformed")
    }
    guard DHIS2User.checksum(of: String(body.prefix(32))) == body.dropFirst(32) else {
      return refuse(400, "Checksum validation failed")
    }
    for user in users {
      for known in user.tokens where known.text == token {
        return known.expired
          ? refuse(401, "Failed to authenticate API token, token has expired.") : .success(user)
      }
    }
    return refuse(401, "The API token does not exists")
  }

  private static func decode(_ base64: String) -> (name: String, password: String)? {
    guard let data = Data(base64Encoded: base64) else { return nil }
    let parts = String(decoding: data, as: UTF8.self).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }
}

/// An answer that ends the handling of a call.
struct Refusal: Error {
  let reply: Reply
}
