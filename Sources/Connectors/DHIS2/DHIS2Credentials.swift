public import Essentials
public import FlowKit

/// How to log in to a DHIS2 server: the block type `dhis2-credentials`.
public struct DHIS2Credentials: Block {
  public static let typeSlug = "dhis2-credentials"
  public static let environment = [
    EnvironmentBlock(
      name: "dhis2",
      variables: ["base_url": "DHIS2_BASE_URL", "username": "DHIS2_USERNAME", "password": "DHIS2_PASSWORD"],
      required: ["base_url", "username", "password"]),
    EnvironmentBlock(
      name: "dhis2", variables: ["base_url": "DHIS2_BASE_URL", "token": "DHIS2_TOKEN"],
      required: ["base_url", "token"]),
  ]

  /// How requests prove who they are.
  public enum Login: Sendable {
    case basic(username: String, password: Secret<String>)
    /// A personal access token, `d2pat_...`.
    case token(Secret<String>)
  }

  /// The server's address without `/api` and without a slash at its end.
  public let baseURL: String
  public let login: Login

  public init(baseURL: String, login: Login) {
    self.baseURL = baseURL
    self.login = login
  }

  public init(_ values: BlockValues) throws {
    let address = try values.url("base_url")
    baseURL = address.hasSuffix("/api") ? String(address.dropLast(4)) : address
    if let token = try values.optionalSecret("token") {
      login = .token(token)
    } else if let password = try values.optionalSecret("password") {
      login = .basic(username: try values.string("username"), password: password)
    } else {
      throw Misconfiguration(
        "block \"\(values.name)\" (\(values.typeSlug), from \(values.origin)) has neither token nor password",
        remedy: "Give username and password, or a personal access token as token.")
    }
  }
}
