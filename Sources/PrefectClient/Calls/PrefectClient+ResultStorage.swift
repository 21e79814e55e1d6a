public import FoundationEssentials
import HTTP
import PrefectAPI

extension PrefectClient {
  /// The block in which the server wants results kept; nil where none was set, and on servers older than 3.8, which do
  /// not know of one.
  public func defaultResultStorageBlockID() async throws -> UUID? {
    do {
      return try await decode(
        Prefect.DefaultResultStorage.self,
        PrefectCall(.get, "/admin/storage", "reading", "default result storage")
      ).defaultResultStorageBlockID
    } catch let failure as PrefectFailure where failure.status == 404 {
      // An older server's router does not know the address.
      return nil
    }
  }

  /// Makes a block the place for results. The server refuses blocks that keep no files.
  public func setDefaultResultStorageBlock(_ id: UUID) async throws {
    let document = Prefect.DefaultResultStorage(defaultResultStorageBlockID: id)
    try await perform(
      PrefectCall(
        .put, "/admin/storage", body: document.wireDocument(), "setting", "default result storage \(id.wire)")
    )
  }

  /// Leaves it to each run again where its result is kept.
  public func clearDefaultResultStorageBlock() async throws {
    try await perform(PrefectCall(.delete, "/admin/storage", "clearing", "default result storage"))
  }
}
