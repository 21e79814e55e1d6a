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
  /// Users by session, the oldest first.
  private var sessions: [(id: String, username: String)] = []
  private var made = 0
  /// The sandbox has one caller: the machine it runs on.
  private static let address = "127.0.0.1"
  /// Sessions that one user may have at once (max.sessions.per_user).
  private static let sessionLimit = 10

  init(users: [DHIS2User], version: DHIS2Version) {
    self.users = users
    self.version = version
  }

  /// The user, or the refusal.
  mutating func user(of call: Call, base: String, now: Date) -> Result<DHIS2User, Refusal> {
    let authorization = call.header("authorization") ?? ""
    if authorization.hasPrefix("ApiToken ") {
      return token(String(authorization.dropFirst("ApiToken ".count)), call, now: now)
    }
    if authorization.hasPrefix("Basic "),
      let pair = Self.decode(String(authorization.dropFirst("Basic ".count)))
    {
      return basic(pair.name, pair.password, now: now)
    }
    if let id = Self.sessionID(call), let session = sessions.first(where: { $0.id == id }),
      let user = users.first(where: { $0.username == session.username })
    {
      return .success(user)
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
    if user.isDisabled { return .failure(Refusal(reply: WebMessage.reply(401, "Account disabled"))) }
    if user.hasSecondFactor { return .failure(Refusal(reply: WebMessage.reply(401, "Unauthorized"))) }
    failures[name] = nil
    return .success(user)
  }

  private static func sessionID(_ call: Call) -> String? {
    (call.header("cookie") ?? "").split(separator: ";").map { $0.split(separator: " ").joined() }
      .first { $0.hasPrefix("JSESSIONID=") }.map { String($0.dropFirst("JSESSIONID=".count)) }
  }

  /// A session for whoever came in by password and has none: the cookie to set. Tokens make none.
  mutating func session(of call: Call, _ user: DHIS2User) -> String? {
    guard call.header("authorization")?.hasPrefix("Basic ") == true else { return nil }
    if let id = Self.sessionID(call),
      sessions.contains(where: { $0.id == id && $0.username == user.username })
    {
      return nil
    }
    made += 1
    let id = UID.make(seed: UInt64(made), name: "session \(user.username)")
    sessions.append((id, user.username))
    if sessions.count(where: { $0.username == user.username }) > Self.sessionLimit,
      let oldest = sessions.firstIndex(where: { $0.username == user.username })
    {
      sessions.remove(at: oldest)
    }
    return "JSESSIONID=\(id); Path=/dhis2; HttpOnly; SameSite=Lax"
  }

  private func token(_ token: String, _ call: Call, now: Date) -> Result<DHIS2User, Refusal> {
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
        if known.expiry <= now { return refuse(401, "Failed to authenticate API token, token has expired.") }
        if user.isDisabled || user.hasSecondFactor || isLocked(user.username, now) {
          return refuse(401, "The API token is disabled, locked or 2FA is enabled.")
        }
        if !known.addresses.isEmpty, !known.addresses.contains(Self.address) {
          return refuse(401, "Failed to authenticate API token, request ip address is not allowed.")
        }
        if !known.methods.isEmpty, !known.methods.contains(call.method) {
          return refuse(401, "Failed to authenticate API token, request http method is not allowed.")
        }
        return .success(user)
      }
    }
    return refuse(401, "The API token does not exists")
  }

  private func isLocked(_ name: String, _ now: Date) -> Bool {
    guard let failed = failures[name], failed.count >= Self.allowedFailures else { return false }
    return now.timeIntervalSince(failed.last) < Self.lockTime
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
