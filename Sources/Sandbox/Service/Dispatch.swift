internal import JSON
internal import Synchronization

/// What is remembered about requests, and what is to go wrong.
final class Desk: Sendable {
  private let state: Mutex<(faults: SandboxFaults, requests: [SandboxRequest])>

  init(faults: SandboxFaults) { state = Mutex((faults, [])) }

  var requests: [SandboxRequest] { state.withLock { $0.requests } }

  func add(_ faults: SandboxFaults) { state.withLock { $0.faults.faults += faults.faults } }

  func forgetFaults() { state.withLock { $0.faults = SandboxFaults() } }

  func hit(_ call: Call) -> SandboxFault.Way? {
    state.withLock { $0.faults.hit(method: call.method, path: call.path) }
  }

  /// The faults that are still to come.
  var faults: SandboxFaults { state.withLock { $0.faults } }

  func forgetRequests() { state.withLock { $0.requests = [] } }

  func record(_ call: Call, bodyLength: Int, status: Int) {
    let secret: Set<String> = ["authorization", "private-token", "cookie"]
    var headers: [String: String] = [:]
    for (name, value) in call.headers { headers[name] = secret.contains(name) ? "" : value }
    let request = SandboxRequest(
      method: call.method, target: call.target, path: call.path, headers: headers, bodyLength: bodyLength,
      bodyDigest: call.body.isEmpty || call.body.count > 1 << 16 ? nil : MD5.of(call.body), status: status)
    state.withLock { $0.requests.append(request) }
  }
}

/// Sends each call to its service, and lets go wrong what is to go wrong.
struct Dispatch: Sendable {
  let base: String
  let dhis2: DHIS2Service
  let cds: CDSService
  let github: GitHubService
  let desk: Desk

  /// What Tomcat takes in a request line, and how long a line nginx and Tomcat take.
  private static let longestTarget = 8192

  func handle(_ call: Call, tooLong: Bool) async -> (reply: Reply, way: SandboxFault.Way?) {
    if call.path.hasPrefix("/_sandbox/") { return (await control(call), nil) }
    var way = desk.hit(call)
    var reply: Reply
    switch way {
    case .status(let status): reply = .proxyPage(status)
    case .tooManyRequests(let seconds): reply = tooMany(call, seconds)
    case .slow(let duration):
      // Cancelled only where the sandbox is stopped: then nobody waits for the answer.
      try? await Task.sleep(for: duration)
      reply = await answer(call, tooLong: tooLong)
    case .gatewayTimeoutAfterwards:
      _ = await answer(call, tooLong: tooLong)
      reply = .proxyPage(504)
    case .lostSummary, .failedJob:
      var call = call
      call.mishap = way
      reply = await answer(call, tooLong: tooLong)
    case .cut, .wrongLength, .lostAnswer, nil: reply = await answer(call, tooLong: tooLong)
    }
    if way == nil, reply.isCut { way = .cut }
    desk.record(call, bodyLength: call.body.count, status: way == .lostAnswer ? 0 : reply.status)
    return (reply, way)
  }

  private func answer(_ call: Call, tooLong: Bool) async -> Reply {
    if tooLong { return .proxyPage(413) }
    if call.path.hasPrefix("/dhis2") {
      guard call.target.utf8.count <= Self.longestTarget else { return .proxyPage(414) }
      guard !call.target.utf8.contains(where: { "[]|{}\"<>^`\\".utf8.contains($0) }) else { return tomcat }
      return await dhis2.handle(call)
    }
    if call.path.hasPrefix("/cds-assets/") { return await cds.asset(call) }
    if call.path.hasPrefix("/cds/") { return await cds.handle(call) }
    if call.path.hasPrefix("/github/") { return await github.handle(call) }
    return .proxyPage(404)
  }

  /// Tomcat's answer to a request line with characters that RFC 3986 does not allow.
  private var tomcat: Reply {
    .text(
      "<!doctype html><html lang=\"en\"><head><title>HTTP Status 400 – Bad Request</title></head><body><h1>HTTP Status 400 – Bad Request</h1><p>Invalid character found in the request target. The valid characters are defined in RFC 7230 and RFC 3986</p></body></html>",
      status: 400, type: "text/html;charset=utf-8")
  }

  private func tooMany(_ call: Call, _ seconds: Int) -> Reply {
    if call.path.hasPrefix("/cds/") {
      return CDSProblem.rateLimit(seconds).reply(instance: base + call.path, trace: "")
    }
    var reply = Reply.proxyPage(429)
    reply.headers.append(("Retry-After", String(seconds)))
    return reply
  }

  /// `/_sandbox/...`: for whoever drives the sandbox from outside.
  private func control(_ call: Call) async -> Reply {
    switch (call.method, call.path) {
    case ("POST", "/_sandbox/faults"):
      do {
        desk.add(try SandboxFaults(json: try JSONValue(parsing: call.body)))
        return Reply(204)
      } catch {
        return .json(["error": .string("\(error)")], status: 400)
      }
    case ("DELETE", "/_sandbox/faults"):
      desk.forgetFaults()
      return Reply(204)
    case ("GET", "/_sandbox/faults"): return .json(.array(desk.faults.faults.map(\.json)))
    case ("GET", "/_sandbox/requests"): return .json(.array(desk.requests.map(\.json)))
    case ("DELETE", "/_sandbox/requests"):
      desk.forgetRequests()
      return Reply(204)
    case ("GET", "/_sandbox/requests/counts"): return .json(counts(desk.requests))
    case ("GET", "/_sandbox/values"):
      return .json(["count": .integer(await dhis2.valueCount)])
    default: return Reply(404)
    }
  }

  /// How often each request came, the same path with another body being another; in the order of their first coming.
  private func counts(_ requests: [SandboxRequest]) -> JSONValue {
    var counts: [[String]: Int] = [:]
    var order: [[String]] = []
    for request in requests {
      let key = [request.method, request.path, request.bodyDigest ?? ""]
      if counts[key] == nil { order.append(key) }
      counts[key, default: 0] += 1
    }
    return .array(
      order.map { key in
        var body: JSONObject = ["method": .string(key[0]), "path": .string(key[1])]
        if !key[2].isEmpty { body["bodyDigest"] = .string(key[2]) }
        body["count"] = .integer(counts[key] ?? 0)
        return .object(body)
      })
  }
}
