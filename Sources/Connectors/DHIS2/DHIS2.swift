public import Essentials
public import HTTP
import JSON

/// A client of the DHIS2 Web API, 2.40 and later.
public struct DHIS2: Sendable {
  public let baseURL: String
  let http: HTTPClient
  let clock: any WallClock
  /// What was learned about the server, for as long as the client and its copies live.
  let memory = DHIS2Memory()
  /// Whether the client logs in by a personal access token, which runs out.
  let usesToken: Bool
  private let authentication: HTTPAuthentication

  /// - Parameter clock: for the waits between attempts and while jobs run.
  public init(_ credentials: DHIS2Credentials, http: HTTPClient, clock: any WallClock = .system) {
    baseURL = credentials.baseURL
    self.http = http
    self.clock = clock
    switch credentials.login {
    case .basic(let username, let password):
      authentication = .basic(username: username, password: password)
      usesToken = false
    case .token(let token):
      authentication = .header(name: "Authorization", value: Secret("ApiToken \(token.reveal())"))
      usesToken = true
    }
  }

  /// Reads an API path, `system/info`, and gives its body. Throws ``DHIS2Failure`` for every answer but 200.
  ///
  /// - Parameter operation: what this is for, as the beginning of a message: `reading the org units of level 2`.
  func get(_ path: String, _ query: [(String, String)] = [], operation: String) async throws -> [UInt8] {
    let response = try await send(.get, path, query, operation: operation)
    guard response.status == 200 else {
      throw DHIS2Answer(response, operation: operation, server: baseURL).failure
    }
    return response.body
  }

  /// Reads an API path and gives what its body is read into. An answer that is cut off is asked for again.
  func read<Result>(
    _ path: String, _ query: [(String, String)] = [], operation: String,
    _ body: (inout JSONReader) throws -> Result
  ) async throws -> Result {
    var attempt = 1
    while true {
      let bytes = try await get(path, query, operation: operation)
      do { return try JSONReader.read(bytes, body) } catch let error as JSONSyntaxError {
        guard attempt < 3, !RetryScope.isLeftToTask else {
          throw DHIS2Failure(.transient, "\(operation) at \(baseURL): the answer is \(error)")
        }
        try await clock.sleep(for: Backoff().delay(afterAttempt: attempt))
        attempt += 1
      }
    }
  }

  /// Reads an API path into a tree.
  func value(_ path: String, _ query: [(String, String)] = [], operation: String) async throws -> JSONValue {
    try await read(path, query, operation: operation) { try $0.readValue() }
  }

  /// Sends a JSON document. Answers 200, 201 and 409 are given back: DHIS2 says in the body what came of it. Others
  /// throw. The caller vouches that sending the same twice does the same as sending it once.
  func post(
    _ path: String, _ query: [(String, String)] = [], _ body: [UInt8], operation: String
  ) async throws -> JSONValue {
    let response = try await send(
      .post, path, query, body: .bytes(body),
      retry: HTTPRetry(.anyMethod, attempts: 5, deadline: .seconds(1800)), operation: operation)
    guard [200, 201, 409].contains(response.status) else {
      throw DHIS2Answer(response, operation: operation, server: baseURL).failure
    }
    do { return try JSONValue(parsing: response.body) } catch {
      throw DHIS2Failure(
        .transient, "\(operation) at \(baseURL): the answer (\(response.status)) is \(error)")
    }
  }

  /// Sends one request. The login page and the way to another address are failures; every other answer is given back.
  func send(
    _ method: HTTPMethod, _ path: String, _ query: [(String, String)] = [], body: HTTPBody = .none,
    retry: HTTPRetry = .standard, operation: String
  ) async throws -> HTTPResponse {
    let response = try await http.send(request(method, path, query, body: body, retry: retry))
    if !usesToken { memory.keepCookie(response.headers.all("Set-Cookie")) }
    let answer = DHIS2Answer(response, operation: operation, server: baseURL)
    if answer.leadsElsewhere { throw answer.failure }
    return response
  }

  /// Reads an API path piece by piece, for answers that are not to be held in memory. Throws for every answer but 200.
  func stream(_ path: String, _ query: [(String, String)] = [], operation: String) async throws -> HTTPStream
  {
    let stream = try await http.stream(request(.get, path, query, retry: .standard))
    let head = HTTPResponse(status: stream.status, headers: stream.headers)
    guard stream.status == 200, !DHIS2Answer(head, operation: operation, server: baseURL).isLoginPage else {
      var body: [UInt8] = []
      // What says why is short; of a login page nothing is read.
      if stream.status != 200 { for try await bytes in stream where body.count < 1 << 20 { body += bytes } }
      let response = HTTPResponse(status: stream.status, headers: stream.headers, body: body)
      throw DHIS2Answer(response, operation: operation, server: baseURL).failure
    }
    return stream
  }

  private func request(
    _ method: HTTPMethod, _ path: String, _ query: [(String, String)], body: HTTPBody = .none,
    retry: HTTPRetry
  ) -> HTTPRequest {
    let address = "\(baseURL)/api/\(path)" + (query.isEmpty ? "" : "?\(URLText.query(query))")
    // Without X-Requested-With an unauthenticated call is answered by a redirect to the login page.
    var headers: HTTPHeaders = ["Accept": "application/json", "X-Requested-With": "XMLHttpRequest"]
    if method != .get { headers["Content-Type"] = "application/json" }
    // A session spares the server a costly check of the password with each request.
    if !usesToken, let cookie = memory.cookie { headers["Cookie"] = cookie }
    var request = HTTPRequest(method, address, headers: headers, body: body, authentication: authentication)
    request.followsRedirects = false
    // 2.43 takes up to half a minute for 1,000 new values, and a busy server longer.
    request.timeouts.idle = .seconds(method == .get ? 120 : 300)
    request.retry = retry
    return request
  }

  /// Reads a body as JSON. What is not JSON was cut off, or came from something else than DHIS2.
  func decode(_ body: [UInt8], _ operation: String) throws -> JSONValue {
    do { return try JSONValue(parsing: body) } catch {
      throw DHIS2Failure(.transient, "\(operation) at \(baseURL): the answer is \(error)")
    }
  }
}
