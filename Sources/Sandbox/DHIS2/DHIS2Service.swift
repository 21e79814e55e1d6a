internal import Essentials
internal import FoundationEssentials
internal import JSON

/// The DHIS2 stand-in: its state, who may come in, and the way to each resource.
actor DHIS2Service {
  /// What a ``Sandbox`` was told about it.
  struct Settings: Sendable {
    var version: DHIS2Version
    var calendar = SandboxCalendar.iso8601
    var dataSetDelay = 0.0
  }

  let settings: Settings
  var version: DHIS2Version { settings.version }
  let base: String
  let clock: @Sendable () -> Date
  var store: MetadataStore
  var values = DataValueStore()
  var tasks = TaskList()
  var completeness: [CompletenessKey: CompletenessEntry] = [:]
  /// What data value imports of each user know of metadata.
  var contexts: [String: DataValueContext] = [:]
  /// When somebody last cleared the caches.
  var cacheCleared = Date.distantPast
  /// The values as they were when analytics tables were last made.
  var analytics = DataValueStore()
  private var authentication: DHIS2Authentication
  private var lists = 0
  private var lastList: (key: String, objects: [JSONObject])?

  init(
    country: Country, users: [DHIS2User], settings: Settings, base: String,
    clock: @escaping @Sendable () -> Date
  ) {
    self.settings = settings
    self.base = base
    self.clock = clock
    store = MetadataStore(country: country, user: users[0], now: clock())
    authentication = DHIS2Authentication(users: users, version: settings.version)
  }

  /// Forgets what was derived from metadata, before they change.
  func forgetDerived() {
    contexts = [:]
    lastList = nil
  }

  func handle(_ call: Call) -> Reply {
    do {
      guard let segments = call.segments(after: "/dhis2") else { return .proxyPage(404) }
      guard segments.first == "api" else {
        return .text(
          "<!DOCTYPE html><html><head><title>DHIS 2</title></head><body>Log in</body></html>",
          type: "text/html")
      }
      let route = try unversioned(Array(segments.dropFirst()))
      if route == ["ping"] { return .text("", type: "text/plain") }
      if route == ["system", "ping"], version >= .v2_44 { return .text("pong") }
      var call = call
      switch authentication.user(of: call, base: base, now: clock()) {
      case .failure(let refusal): return refusal.reply
      case .success(let user):
        let session = authentication.session(of: call, user)
        if Gzip.isGzip(call.body) {
          guard let body = Gzip.unpack(call.body) else { return WebMessage.reply(409, "Not in GZIP format") }
          call.body = body
        }
        var reply: Reply
        do {
          reply = try answer(call, route, user)
        } catch let refusal as Refusal {
          reply = refusal.reply
        }
        if let session { reply.headers.append(("Set-Cookie", session)) }
        return reply
      }
    } catch let refusal as Refusal {
      return refusal.reply
    } catch {
      return WebMessage.reply(500, "\(error)")
    }
  }

  /// `/api/42/me` is `/api/me`; the numbers that count depend on the release.
  private func unversioned(_ route: [String]) throws -> [String] {
    var route = route
    // `/api/me.json` is `/api/me`; of analytics' data value sets the suffix is part of the name.
    if let last = route.last, last.hasSuffix(".json"), last != "dataValueSet.json" {
      route[route.count - 1] = String(last.dropLast(".json".count))
    }
    guard let first = route.first, let number = Int(first) else { return route }
    // From 2.42 on the number has no effect, and the last one is 43.
    guard (28...(version < .v2_42 ? version.minor : 43)).contains(number) else {
      throw Refusal(reply: WebMessage.reply(404, "API version \(number) is not available"))
    }
    return Array(route.dropFirst())
  }

  private func answer(_ call: Call, _ route: [String], _ user: DHIS2User) throws -> Reply {
    let get = call.method == "GET" || call.method == "HEAD"
    switch (call.method, route.first ?? "", route.count) {
    case (_, "system", 2) where get && (route[1] == "info" || route[1] == "ping" || route[1] == "id"):
      return system(call, route[1])
    case (_, "system", 4) where get && (route[1] == "tasks" || route[1] == "taskSummaries"):
      guard route[1] == "tasks" else { return tasks.summary(route[3], type: route[2], user: user) }
      let (reply, ends) = tasks.notes(route[3], type: route[2], user: user, now: clock())
      if ends, route[2] == "ANALYTICS_TABLE" { analytics = values }
      return reply
    case (_, "jobConfigurations", 1...2) where get: return try jobs(call, route)
    case (_, "me", 1) where get: return me(call, user)
    case (_, "periodTypes", 1) where get: return periodTypes()
    case ("POST", "metadata", 1): return try importMetadata(call, user)
    case ("POST", "dataValueSets", 1): return try importDataValues(call, user)
    case (_, "dataValueSets", 1), (_, "dataValueSets.json", 1):
      guard get else { return WebMessage.reply(405, "Request method '\(call.method)' is not supported") }
      return try DataValueQuery(
        call: call, store: store, user: user, version: version, calendar: LocalCalendar(settings.calendar),
        now: clock()
      ).reply(values)
    case (_, "analytics", 1), (_, "analytics.json", 1), (_, "analytics", 2):
      guard get else { return WebMessage.reply(405, "Request method '\(call.method)' is not supported") }
      let query = try AnalyticsQuery(call: call, store: store, user: user, version: version)
      switch route.dropFirst().first {
      case nil: return try query.table(analytics)
      // Without its suffix it is not found.
      case "dataValueSet.json": return try query.dataValueSet(analytics)
      default: return WebMessage.reply(404, "404 Not Found")
      }
    case (_, "organisationUnits.geojson", 1) where get:
      return OrgUnitFeatures(store: store, call: call).reply()
    case (_, "completeDataSetRegistrations", 1): return try completeDataSets(call, user)
    case (_, "resourceTables", 2), (_, "maintenance", 1): return maintain(call, route, user)
    default: return try object(call, route, user, isRead: get)
    }
  }

  /// Metadata by type: list, read, write.
  private func object(_ call: Call, _ route: [String], _ user: DHIS2User, isRead: Bool) throws -> Reply {
    let name = route.first.map { $0.hasSuffix(".json") ? String($0.dropLast(5)) : $0 } ?? ""
    guard let type = MetadataType.byPlural[name], (1...2).contains(route.count) else {
      return WebMessage.reply(404, "404 Not Found")
    }
    let view = FieldView(store: store, user: user)
    if route.count == 1 {
      if isRead {
        lists += 1
        let list = ObjectList(view: view, type: type, call: call, base: base, version: version, turn: lists)
        // The next page of a long list is not searched for anew.
        if let last = lastList, last.key == list.key { return list.reply(last.objects) }
        let objects = try list.matching()
        lastList = (list.key, objects)
        return list.reply(objects)
      }
      guard call.method == "POST" else {
        return WebMessage.reply(405, "Request method '\(call.method)' is not supported")
      }
      return try create(call, type, user)
    }
    let id = route[1].hasSuffix(".json") ? String(route[1].dropLast(5)) : route[1]
    guard UID.isValid(id) else {
      // A path that no controller takes.
      return version < .v2_42
        ? WebMessage.notFound(type.name, id)
        : WebMessage.reply(405, "Request method '\(call.method)' is not supported")
    }
    guard let object = store[type, id] else { return WebMessage.notFound(type.name, id) }
    guard MetadataAccess(user: user, type: type, object: object).canRead else {
      return WebMessage.reply(403, "You don't have the proper permissions to read objects of this type.")
    }
    guard isRead else { return try change(call, type, object, id, user) }
    let selection = FieldSelection(call.parameter("fields") ?? ":all")
    if type == .organisationUnits, call.flag("includeDescendants") || call.flag("includeChildren") {
      return try tree(call, id, view)
    }
    return .json(.object(view.show(object, type, selection)))
  }

  /// A unit with those below it: all of them up to 2.41, by pages from 2.42 on.
  private func tree(_ call: Call, _ id: String, _ view: FieldView) throws -> Reply {
    let depth = call.flag("includeDescendants") ? "path:like:\(id)" : "parent.id:eq:\(id)"
    var query = "filter=\(depth)&order=level:asc"
    for (name, value) in call.query where name != "includeDescendants" && name != "includeChildren" {
      query += "&\(name)=\(PercentEncoding.encode(value))"
    }
    if version < .v2_42 { query += "&paging=false" }
    let inner = Call(method: "GET", target: "/dhis2/api/organisationUnits?\(query)", headers: call.headers)
    return try ObjectList(
      view: view, type: .organisationUnits, call: inner, base: base, version: version, turn: 0
    ).reply()
  }
}
