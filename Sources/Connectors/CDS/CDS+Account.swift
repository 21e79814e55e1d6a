import HTTP
import JSON

extension CDS {
  /// Asks whether the key is good; throws where it is not.
  public func checkKey() async throws {
    _ = try await call(.post, "profiles/v1/account/verification/pat", expect: 200, "checking the key")
  }

  /// The ids of the licences that were accepted with this account.
  public func acceptedLicences() async throws -> [String] {
    let answer = try await call(
      .get, "profiles/v1/account/licences", expect: 200, "asking for accepted licences")
    return answer["licences"]?.array?.compactMap { $0["id"]?.string } ?? []
  }
}
