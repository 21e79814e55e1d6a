import Essentials
import JSON

/// The user whose credentials are used.
public struct CurrentUser: Sendable {
  public let id: String
  public let username: String
  let authorities: Set<String>

  /// Whether the user has an authority; `ALL` has every one.
  public func has(_ authority: String) -> Bool {
    authorities.contains(authority) || authorities.contains("ALL")
  }
}

extension DHIS2 {
  /// Who the credentials belong to, and what they may do.
  public func currentUser() async throws -> CurrentUser {
    let operation = "asking who the user is"
    let body = try await get("me", [("fields", "id,username,authorities")], operation: operation)
    let user = try decode(body, operation)
    guard let id = user["id"]?.string else {
      throw DHIS2Failure(.transient, "\(operation) at \(baseURL): the answer has no id")
    }
    return CurrentUser(
      id: id, username: user["username"]?.string ?? id,
      authorities: Set(user["authorities"]?.array?.compactMap(\.string) ?? []))
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
    let body = try await get(
      "dataSets", [("filter", "id:eq:\(dataSet)"), ("fields", "id,access"), ("paging", "false")],
      operation: operation)
    guard let access = try decode(body, operation)["dataSets"]?[0]?["access"]?["data"] else { return }
    guard access["read"]?.bool != false, access["write"]?.bool != false else {
      throw DHIS2Failure(
        .configuration,
        "user \(user.username) at \(baseURL) may not read and write the data of data set \(dataSet)",
        remedy:
          "Share the data set with the user, or one of the user's groups, for viewing and entering data.")
    }
  }
}
