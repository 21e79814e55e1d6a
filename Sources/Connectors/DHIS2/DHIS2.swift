import Essentials
public import HTTP
import JSON

/// A client of the DHIS2 Web API, 2.40 and later.
public struct DHIS2: Sendable {
  public let baseURL: String
  let http: HTTPClient
  private let authentication: HTTPAuthentication

  public init(_ credentials: DHIS2Credentials, http: HTTPClient) {
    baseURL = credentials.baseURL
    self.http = http
    switch credentials.login {
    case .basic(let username, let password):
      authentication = .basic(username: username, password: password)
    case .token(let token):
      authentication = .header(name: "Authorization", value: Secret("ApiToken \(token.reveal())"))
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

  /// Sends a JSON document. Answers 200, 201 and 409 are given back: DHIS2 says in the body what came of it. Others
  /// throw. The caller vouches that sending the same twice does the same as sending it once.
  func post(
    _ path: String, _ query: [(String, String)] = [], _ body: [UInt8], operation: String
  ) async throws -> JSONValue {
    let response = try await send(.post, path, query, body: .bytes(body), operation: operation)
    guard [200, 201, 409].contains(response.status) else {
      throw DHIS2Answer(response, operation: operation, server: baseURL).failure
    }
    do { return try JSONValue(parsing: response.body) } catch {
      throw DHIS2Failure(
        .transient, "\(operation) at \(baseURL): the answer (\(response.status)) is \(error)")
    }
  }

  private func send(
    _ method: HTTPMethod, _ path: String, _ query: [(String, String)], body: HTTPBody = .none,
    operation: String
  ) async throws -> HTTPResponse {
    let address = "\(baseURL)/api/\(path)" + (query.isEmpty ? "" : "?\(URLText.query(query))")
    // Without X-Requested-With an unauthenticated call is answered by a redirect to the login page.
    var headers: HTTPHeaders = ["Accept": "application/json", "X-Requested-With": "XMLHttpRequest"]
    if method != .get { headers["Content-Type"] = "application/json" }
    var request = HTTPRequest(method, address, headers: headers, body: body, authentication: authentication)
    request.followsRedirects = false
    if method == .post {
      // 2.43 takes up to half a minute for 1,000 new values, and a busy server longer.
      request.timeouts.idle = .seconds(300)
      request.retry = HTTPRetry(.anyMethod, attempts: 5, deadline: .seconds(1800))
    }
    let response = try await http.send(request)
    let answer = DHIS2Answer(response, operation: operation, server: baseURL)
    if answer.isLoginPage { throw answer.failure }
    return response
  }
}
