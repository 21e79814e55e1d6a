internal import FoundationEssentials
internal import JSON

/// The stand-in for GitHub's `GET /repos/{owner}/{name}`.
actor GitHubService {
  /// Stars by repository; other repositories do not exist.
  static let stars = [
    "python/cpython": 65_123, "PrefectHQ/prefect": 18_456, "apple/swift": 67_890, "dhis2/dhis2-core": 321,
    "sluicia/empty": 0,
  ]
  /// Repositories that have moved.
  private static let moved = ["dhis2/core": "dhis2/dhis2-core"]
  /// Calls in an hour.
  private static let limits = (anonymous: 60, authenticated: 5000)

  private let base: String
  private let token: String
  private let clock: @Sendable () -> Date
  private var used: [Bool: (count: Int, since: Date)] = [:]

  init(base: String, token: String, clock: @escaping @Sendable () -> Date) {
    self.base = base + "/github"
    self.token = token
    self.clock = clock
  }

  func handle(_ call: Call) -> Reply {
    let authorization = call.header("authorization")
    if let authorization, !["Bearer \(token)", "token \(token)"].contains(authorization) {
      return problem(401, "Bad credentials")
    }
    let isKnown = authorization != nil
    let limit = isKnown ? Self.limits.authenticated : Self.limits.anonymous
    let now = clock()
    var window = used[isKnown] ?? (0, now)
    if now.timeIntervalSince(window.since) >= 3600 { window = (0, now) }
    guard window.count < limit else {
      return limited(
        problem(
          403,
          "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)"
        ), limit, window)
    }
    var reply = answer(call)
    // An answer that says "unchanged" is free.
    if reply.status != 304 { window.count += 1 }
    used[isKnown] = window
    reply = limited(reply, limit, window)
    return reply
  }

  private func limited(_ reply: Reply, _ limit: Int, _ window: (count: Int, since: Date)) -> Reply {
    var reply = reply
    reply.headers += [
      ("X-RateLimit-Limit", String(limit)), ("X-RateLimit-Remaining", String(limit - window.count)),
      ("X-RateLimit-Used", String(window.count)),
      ("X-RateLimit-Reset", String(Int(window.since.timeIntervalSince1970.rounded(.up)) + 3600)),
      ("X-RateLimit-Resource", "core"),
    ]
    return reply
  }

  private func answer(_ call: Call) -> Reply {
    guard let route = call.segments(after: "/github"), call.method == "GET" || call.method == "HEAD" else {
      return problem(404, "Not Found")
    }
    let names = Dictionary(uniqueKeysWithValues: Self.stars.keys.map { ($0.lowercased(), $0) })
    if route.first == "repositories", route.count == 2 {
      guard let name = Self.stars.keys.first(where: { String(Self.id($0)) == route[1] }) else {
        return problem(404, "Not Found")
      }
      return repository(name, call)
    }
    guard route.first == "repos", route.count == 3 else { return problem(404, "Not Found") }
    let asked = "\(route[1])/\(route[2])"
    if let target = Self.moved[asked.lowercased()] {
      let address = "\(base)/repositories/\(Self.id(target))"
      var reply = Reply.json(
        [
          "message": "Moved Permanently", "url": .string(address),
          "documentation_url":
            "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
        ],
        status: 301)
      reply.headers.append(("Location", address))
      return reply
    }
    guard let name = names[asked.lowercased()] else { return problem(404, "Not Found") }
    return repository(name, call)
  }

  private func repository(_ name: String, _ call: Call) -> Reply {
    let parts = name.split(separator: "/").map(String.init)
    let count = Self.stars[name] ?? 0
    let tag = "W/\"\(String(Self.id(name), radix: 16))\(count)\""
    if call.header("if-none-match") == tag { return Reply(304, headers: [("ETag", tag)]) }
    var reply = Reply.json(
      [
        "id": .integer(Self.id(name)), "name": .string(parts[1]), "full_name": .string(name),
        "private": false,
        "owner": ["login": .string(parts[0]), "type": "Organization"],
        "html_url": .string("https://github.com/\(name)"), "description": "Made up by the Sluice sandbox",
        "fork": false,
        "url": .string("\(base)/repos/\(name)"), "stargazers_count": .integer(count),
        "watchers_count": .integer(count), "forks_count": .integer(count / 5),
        "open_issues_count": .integer(count / 50),
        "subscribers_count": .integer(count / 30), "default_branch": "main", "archived": false,
      ], type: "application/json; charset=utf-8")
    reply.headers.append(("ETag", tag))
    return reply
  }

  private static func id(_ name: String) -> Int {
    name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0x7FFF_FFFF }
  }

  private func problem(_ status: Int, _ message: String) -> Reply {
    .json(
      [
        "message": .string(message), "documentation_url": "https://docs.github.com/rest",
        "status": .string(String(status)),
      ], status: status, type: "application/json; charset=utf-8")
  }
}
