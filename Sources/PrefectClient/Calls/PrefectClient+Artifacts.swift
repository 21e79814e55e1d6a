public import FoundationEssentials
import HTTP
public import PrefectAPI

extension PrefectClient {
  /// Keeps an artifact: a new version where its key is known. Where an answer is lost it is sent again, and the key
  /// has one version more.
  public func createArtifact(_ artifact: Prefect.ArtifactCreate) async throws -> Prefect.Artifact {
    try await decode(
      Prefect.Artifact.self,
      PrefectCall(
        .post, "/artifacts/", body: artifact.wireDocument(), "creating",
        "artifact \(artifact.key ?? artifact.type)"))
  }

  /// Changes an artifact in place: progress goes this way.
  public func updateArtifact(_ id: UUID, _ update: Prefect.ArtifactUpdate) async throws {
    try await perform(
      PrefectCall(
        .patch, "/artifacts/\(id.wire)", body: update.wireDocument(), "changing", "artifact \(id.wire)"))
  }

  public func artifact(_ id: UUID) async throws -> Prefect.Artifact {
    try await decode(
      Prefect.Artifact.self, PrefectCall(.get, "/artifacts/\(id.wire)", "reading", "artifact \(id.wire)"))
  }

  /// The newest version of a key; nil where there is none.
  public func latestArtifact(key: String) async throws -> Prefect.ArtifactCollection? {
    // Not by GET /artifacts/<key>/latest, which gives the collection's id for the artifact's.
    var filters = Prefect.Filters()
    filters.artifacts = Prefect.ArtifactFilter()
    filters.artifacts?.key = .any(key)
    return try await latestArtifacts(filters, limit: 1).first
  }

  /// - Parameter limit: how many at most; nil for all.
  public func artifacts(
    _ filters: Prefect.Filters = Prefect.Filters(), sort: Prefect.ArtifactSort? = nil, limit: Int? = nil,
    offset: Int = 0
  ) async throws -> [Prefect.Artifact] {
    try await list(
      Prefect.Artifact.self, "/artifacts/filter", filters, sort: sort?.rawValue, limit: limit, offset: offset,
      "artifacts")
  }

  /// The newest versions, one a key.
  ///
  /// - Parameter limit: how many at most; nil for all.
  public func latestArtifacts(
    _ filters: Prefect.Filters = Prefect.Filters(), sort: Prefect.ArtifactSort? = nil, limit: Int? = nil,
    offset: Int = 0
  ) async throws -> [Prefect.ArtifactCollection] {
    try await list(
      Prefect.ArtifactCollection.self, "/artifacts/latest/filter", filters, sort: sort?.rawValue,
      limit: limit,
      offset: offset, "artifacts")
  }

  public func deleteArtifact(_ id: UUID) async throws {
    try await perform(PrefectCall(.delete, "/artifacts/\(id.wire)", "deleting", "artifact \(id.wire)"))
  }
}
