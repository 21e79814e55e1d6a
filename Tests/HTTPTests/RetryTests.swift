import Essentials
import FoundationEssentials
import Testing

@testable import HTTP

@Suite("Retries")
struct RetryTests {
  /// Answers each request with the next of some statuses, the last for ever.
  private func server(_ statuses: [Int], _ headers: [(String, String)] = []) throws -> (
    TestServer, Recorder<String>
  ) {
    let requests = Recorder<String>()
    let server = try TestServer { request, connection in
      let number = requests.count(adding: request.method)
      let status = statuses[min(number, statuses.count) - 1]
      if status == 0 { connection.reset() } else { connection.answer(status, headers, text: "\(number)") }
    }
    return (server, requests)
  }

  private func request(_ method: HTTPMethod, _ server: TestServer, _ retry: HTTPRetry? = nil) -> HTTPRequest {
    var request = HTTPRequest(method, server.url(), body: method == .get ? .none : .text("body"))
    request.retry = retry ?? HTTPRetry(backoff: Backoff(jitter: 0))
    return request
  }

  @Test("Passing answers are asked for again, with growing waits", arguments: [408, 429, 502, 503, 504])
  func passing(status: Int) async throws {
    let (server, _) = try server([status, status, 200])
    let clock = FakeClock()
    let response = try await HTTPClient(clock: clock).send(request(.get, server))
    #expect(response.status == 200)
    #expect(response.text == "3")
    #expect(clock.sleeps == [.seconds(1), .seconds(2)])
  }

  @Test("A connection that is reset is tried again")
  func reset() async throws {
    let (server, requests) = try server([0, 0, 200])
    let response = try await HTTPClient(clock: FakeClock()).send(request(.delete, server))
    #expect(response.status == 200)
    #expect(requests.values.count >= 3)
  }

  @Test("After the last attempt the last answer is what the caller gets")
  func lastAnswer() async throws {
    let (server, requests) = try server([503])
    let clock = FakeClock()
    let response = try await HTTPClient(clock: clock).send(request(.put, server))
    #expect(response.status == 503)
    #expect(response.text == "4")
    #expect(requests.values.count == 4)
    #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
  }

  @Test("500 is repeated once, and as often as wanted")
  func internalServerError() async throws {
    let (server, requests) = try server([500])
    #expect(try await HTTPClient(clock: FakeClock()).send(request(.get, server)).text == "2")
    var never = request(.get, server)
    never.retry.attemptsOnInternalServerError = 1
    #expect(try await HTTPClient(clock: FakeClock()).send(never).text == "3")
    #expect(requests.values.count == 3)
  }

  @Test("Other answers are the last word", arguments: [200, 304, 400, 401, 403, 404, 409, 501])
  func final(status: Int) async throws {
    let requests = Recorder<String>()
    let server = try TestServer { request, connection in
      requests.add(request.method)
      connection.head(status, status == 304 ? [] : [("Content-Length", "0")])
    }
    #expect(try await HTTPClient(clock: FakeClock()).send(request(.get, server)).status == status)
    #expect(requests.values.count == 1)
  }

  @Test("A POST or PATCH is sent once, and again only where the caller says that it may arrive twice")
  func post() async throws {
    for method in [HTTPMethod.post, .patch] {
      let (once, onceRequests) = try server([503])
      #expect(try await HTTPClient(clock: FakeClock()).send(request(method, once)).status == 503)
      #expect(onceRequests.values.count == 1)
      let (again, _) = try server([503, 200])
      #expect(
        try await HTTPClient(clock: FakeClock()).send(request(method, again, .repeatable)).status == 200)
    }
  }

  @Test(
    "On a connection that was used before and ends without an answer, a POST or PATCH goes out once",
    arguments: [HTTPMethod.post, .patch], [HTTPBody.text("body"), .none])
  func silentEnd(method: HTTPMethod, body: HTTPBody) async throws {
    let requests = Recorder<String>()
    let server = try TestServer { request, connection in
      requests.add(request.method)
      if request.method == "GET" { connection.answer(200) } else { connection.close() }
    }
    let client = HTTPClient(clock: FakeClock())
    _ = try await client.send(HTTPRequest(.get, server.url()))
    let failure = await httpFailure { try await client.send(HTTPRequest(method, server.url(), body: body)) }
    #expect(failure?.kind == .transient)
    #expect(requests.values == ["GET", method.rawValue])
  }

  @Test("A task's own retry switches the client's off")
  func leftToTask() async throws {
    let (server, requests) = try server([503])
    let request = request(.get, server)
    let response = try await RetryScope.$isLeftToTask.withValue(true) {
      try await HTTPClient(clock: FakeClock()).send(request)
    }
    #expect(response.status == 503)
    #expect(requests.values.count == 1)
  }

  @Test(
    "Retry-After is honoured, in seconds and as a date; the clock stands at Sun, 06 Nov 1994 08:49:37 GMT")
  func retryAfter() async throws {
    for (value, wait) in [
      ("7", 7), ("0", 0), ("Sun, 06 Nov 1994 08:50:07 GMT", 30), ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
      ("soon", 1),
    ] {
      let requests = Recorder<Int>()
      let server = try TestServer { _, connection in
        if requests.count(adding: 1) > 1 { return connection.answer(200) }
        connection.answer(429, [("Retry-After", value)])
      }
      let clock = FakeClock()
      #expect(try await HTTPClient(clock: clock).send(request(.get, server)).status == 200)
      #expect(clock.sleeps == [.seconds(wait)], "\(value)")
    }
  }

  @Test(
    "A Retry-After past the deadline hands the answer over at once",
    arguments: ["301", "99999999999999999999"])
  func pastDeadline(seconds: String) async throws {
    let (server, requests) = try server([503], [("Retry-After", seconds)])
    let clock = FakeClock()
    let response = try await HTTPClient(clock: clock).send(request(.get, server))
    #expect(response.status == 503)
    #expect(requests.values.count == 1)
    #expect(clock.sleeps.isEmpty)
  }

  @Test("All attempts and waits stay within the total")
  func total() async throws {
    let (server, requests) = try server([503])
    var request = request(.get, server, HTTPRetry(attempts: 100, backoff: Backoff(factor: 1, jitter: 0)))
    request.timeouts.total = .seconds(10)
    let clock = FakeClock()
    #expect(try await HTTPClient(clock: clock).send(request).status == 503)
    // At 0, 1, ... 9 seconds.
    #expect(requests.values.count == 10)
  }

  @Test("Cancelling ends a wait")
  func cancelled() async throws {
    let (server, _) = try server([503], [("Retry-After", "100")])
    let answered = Signal()
    let log = Log(label: "test") { line in if line.level == .info { answered.fire() } }
    let client = HTTPClient(log: log)
    let request = request(.get, server)
    let task = Task { try await client.send(request) }
    await answered.wait()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test(
    "Dates as HTTP writes them, RFC 9110's own examples",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
      ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      ("Tue, 29 Feb 2028 23:59:60 GMT", 1_835_481_600),
    ])
  func dates(text: String, seconds: Double) {
    #expect(HTTPDate.date(text) == Date(timeIntervalSince1970: seconds))
  }

  @Test(
    "What is no such date",
    arguments: [
      "", "tomorrow", "Sun, 31 Feb 2027 08:49:37 GMT", "Sun, 06 Nov 1994 25:00:00 GMT",
      "Sun, 06 Nov 1994 08:49:37 CET", "2027-01-01T00:00:00Z",
    ])
  func noDates(text: String) {
    #expect(HTTPDate.date(text) == nil)
  }
}
