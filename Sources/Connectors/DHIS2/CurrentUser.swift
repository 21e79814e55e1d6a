import Essentials
public import FoundationEssentials
import JSON

/// The user whose credentials are used.
public struct CurrentUser: Sendable {
  public let id: String
  public let username: String
  /// The org units below which the user enters data.
  public let orgUnits: [String]
  /// The same as paths from the root, where the server gave them: `/ImspTQPwCqd/O6uvpzGd5pu`.
  public let orgUnitPaths: [String]
  /// The org units below which the user sees data; those for entering where there are none of their own.
  public let viewedOrgUnits: [String]
  /// The same as paths from the root, where the server gave them.
  public let viewedOrgUnitPaths: [String]
  /// When each of the user's access tokens runs out.
  public let tokenExpiries: [Date]
  let authorities: Set<String>

  /// Whether the user has an authority; `ALL` has every one.
  public func has(_ authority: String) -> Bool {
    authorities.contains(authority) || isSuperuser
  }

  /// Whether the user has the authority `ALL`.
  public var isSuperuser: Bool { authorities.contains("ALL") }

  /// Whether an org unit of that path is at or below one where the user enters data.
  public func covers(_ path: String) -> Bool { Self.isPath(path, below: orgUnits) }

  /// Whether a path is that of one of some org units, or of one below them.
  static func isPath(_ path: String, below units: [String]) -> Bool {
    let steps = path.split(separator: "/")
    return units.contains { unit in steps.contains { $0 == unit } }
  }

  /// The org units at or below which the user reads values, where to enter them there is not enough; nil where it is.
  func readingUnits(_ capabilities: Capabilities) -> [String]? {
    guard capabilities.readsByViewUnits, isSuperuser || !orgUnits.allSatisfy(viewedOrgUnits.contains) else {
      return nil
    }
    return viewedOrgUnits
  }

  /// Reads the answer of `/api/me`; nil where it has no id.
  init?(_ user: JSONValue) {
    guard let id = (user["id"] ?? user["uid"])?.string else { return nil }
    func ids(_ key: String) -> [String] {
      (user[key]?.array ?? []).compactMap { ($0["id"] ?? $0).string }
    }
    self.id = id
    username = user["username"]?.string ?? user["userCredentials"]?["username"]?.string ?? id
    authorities = Set(user["authorities"]?.array?.compactMap(\.string) ?? [])
    orgUnits = ids("organisationUnits")
    func paths(_ key: String) -> [String] { (user[key]?.array ?? []).compactMap { $0["path"]?.string } }
    orgUnitPaths = paths("organisationUnits")
    let viewed = ids("dataViewOrganisationUnits")
    viewedOrgUnits = viewed.isEmpty ? orgUnits : viewed
    viewedOrgUnitPaths = viewed.isEmpty ? orgUnitPaths : paths("dataViewOrganisationUnits")
    tokenExpiries = (user["patTokens"]?.array ?? []).compactMap { token in
      // Milliseconds since 1970.
      token["expire"]?.double.map { Date(timeIntervalSince1970: $0 / 1000) }
    }
  }
}

extension DHIS2 {
  /// Who the credentials belong to, and what they may do.
  public func currentUser() async throws -> CurrentUser {
    let operation = "asking who the user is"
    let fields =
      "id,username,authorities,organisationUnits[id,path,level],dataViewOrganisationUnits[id,path],patTokens[id,expire]"
    let answer = try await value("me", [("fields", fields)], operation: operation)
    guard let user = CurrentUser(answer) else {
      throw DHIS2Failure(.transient, "\(operation) at \(baseURL): the answer has no id")
    }
    memory.user = user
    return user
  }

  /// The user as first read.
  func knownUser() async throws -> CurrentUser {
    if let known = memory.user { return known }
    return try await currentUser()
  }

  /// Makes sure that the user may write data values, and those of a data set if it exists.
  public func checkMayWrite(dataSet: String, user: CurrentUser) async throws {
    guard user.has("F_DATAVALUE_ADD") else {
      throw DHIS2Failure(
        .configuration,
        "user \(user.username) at \(baseURL) may not add data values (authority F_DATAVALUE_ADD)",
        remedy: "Give the user a role with this authority.")
    }
    let operation = "asking for the access to data set \(dataSet)"
    let answer = try await value(
      "dataSets", [("filter", "id:eq:\(dataSet)"), ("fields", "id,access"), ("paging", "false")],
      operation: operation)
    guard let access = answer["dataSets"]?[0]?["access"]?["data"] else { return }
    guard access["read"]?.bool != false, access["write"]?.bool != false else {
      throw DHIS2Failure(
        .configuration,
        "user \(user.username) at \(baseURL) may not read and write the data of data set \(dataSet)",
        remedy:
          "Share the data set with the user, or one of the user's groups, for viewing and entering data.")
    }
  }
}
