internal import Essentials
internal import FoundationEssentials
internal import JSON

extension DHIS2Service {
  /// `/api/system/info`, `/api/system/ping`, `/api/system/id`.
  func system(_ call: Call, _ resource: String) -> Reply {
    switch resource {
    case "ping": return .text("pong")
    case "id":
      let count = min(10_000, max(1, call.parameter("limit").flatMap { Int($0) } ?? 1))
      var source = SystemRandomNumberGenerator()
      var mint = SplitMix64(seed: source.next())
      return .json(["codes": .array((0..<count).map { _ in .string(UID.make(&mint)) })])
    default:
      return .json([
        "version": .string(version.full), "revision": "0000000",
        "calendar": .string(settings.calendar.rawValue),
        "dateFormat": "yyyy-mm-dd",
        "serverDate": .string(clock().milliseconds), "serverTimeZoneId": "Etc/UTC",
        "lastAnalyticsTableSuccess": .string(tasks.lastAnalytics?.milliseconds ?? "2026-01-01T02:00:00.000"),
        "systemId": "00000000-0000-0000-0000-000000000000", "systemName": "Sluicia (made up)",
        "contextPath": .string(base + "/dhis2"), "instanceBaseUrl": .string(base + "/dhis2"),
      ])
    }
  }

  func periodTypes() -> Reply {
    .json([
      "periodTypes": .array(
        PeriodType.allCases.filter { $0.exists(in: version) }.map { ["name": .string($0.rawValue)] })
    ])
  }

  /// `/api/me`.
  func me(_ call: Call, _ user: DHIS2User) -> Reply {
    func units(_ ids: [String]) -> JSONValue {
      .array(
        ids.map { id in
          [
            "id": .string(id), "level": store[.organisationUnits, id]?["level"] ?? 1,
            "path": store[.organisationUnits, id]?["path"] ?? .null,
          ]
        })
    }
    let readable = store.objects(.dataSets).filter {
      MetadataAccess(user: user, type: .dataSets, object: $0).canReadData
    }
    let all: JSONObject = [
      "id": .string(user.id), "username": .string(user.username), "name": .string("\(user.username) user"),
      "organisationUnits": units(user.orgUnits),
      "dataViewOrganisationUnits": units(user.viewUnits),
      "authorities": .array(user.authorities.sorted().map { .string($0) }),
      "dataSets": .array(readable.compactMap { $0["id"] }),
      "settings": ["keyDbLocale": .null, "keyUiLocale": "en"],
      "patTokens": .array(
        user.tokens.enumerated().map { index, token in
          [
            "id": .string(UID.make(seed: 0, name: "\(user.username) token \(index)")),
            "expire": .integer(Int(token.expiry.timeIntervalSince1970) * 1000),
          ]
        }),
    ]
    guard let fields = call.parameter("fields") else { return .json(.object(all)) }
    return .json(.object(FieldView(store: store, user: user).show(all, .users, FieldSelection(fields))))
  }

  /// Analytics tables and caches: nothing to do here but to be asked by the right user.
  func maintain(_ call: Call, _ route: [String], _ user: DHIS2User) -> Reply {
    guard call.method == "POST" else {
      return WebMessage.reply(405, "Request method '\(call.method)' is not supported")
    }
    guard user.may("F_PERFORM_MAINTENANCE") else { return WebMessage.accessDenied }
    guard route.first == "resourceTables" else {
      if call.flag("cacheClear") { cacheCleared = clock() }
      return Reply(204)
    }
    guard route[1] == "analytics" else {
      return tasks.start(
        "RESOURCE_TABLE", name: "inMemoryResourceTableJob", user: user, now: clock(), base: base,
        end: .done(nil))
    }
    let end: TaskList.End
    switch call.mishap {
    case .failedJob: end = .failed
    case .lostSummary: end = .lost
    default: end = .done(nil)
    }
    return tasks.start(
      "ANALYTICS_TABLE", name: "inMemoryAnalyticsJob", user: user, now: clock(), base: base, end: end)
  }

  /// `/api/jobConfigurations` and one of them: what is left of a job when its notes are gone.
  func jobs(_ call: Call, _ route: [String]) throws -> Reply {
    func shown(_ job: JSONObject, _ fields: String) -> JSONValue {
      let view = FieldView(store: store, user: nobody)
      return .object(view.show(job, .other, FieldSelection(fields)))
    }
    if route.count == 2 {
      guard let (job, ends) = tasks.configuration(route[1], now: clock()) else {
        return WebMessage.notFound("JobConfiguration", route[1])
      }
      if ends, job["jobType"] == "ANALYTICS_TABLE" { analytics = values }
      return .json(shown(job, call.parameter("fields") ?? ":all"))
    }
    let filters = try call.parameters("filter").map(ObjectFilter.init)
    let view = FieldView(store: store, user: nobody)
    let found = tasks.configurations.filter { job in
      filters.allSatisfy { $0.matches(job, .other, view) }
    }
    let list = found.map { shown($0, call.parameter("fields") ?? "id,displayName,name") }
    if call.parameter("paging")?.lowercased() == "false" { return .json(["jobConfigurations": .array(list)]) }
    return .json([
      "pager": ["page": 1, "total": .integer(list.count), "pageSize": 50, "pageCount": 1],
      "jobConfigurations": .array(list),
    ])
  }

  private var nobody: DHIS2User {
    DHIS2User(id: "", username: "", password: "", authorities: [], orgUnits: [])
  }
}
