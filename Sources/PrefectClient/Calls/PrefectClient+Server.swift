import FoundationEssentials
import HTTP
public import JSON
import PrefectAPI

extension PrefectClient {
  /// Whether the server answers and says that it is well. Needs no login.
  public func health() async throws {
    try await perform(PrefectCall(.get, "/health", "asking for", "health of \(configuration.shownURL)"))
  }

  /// The server's version, `3.8.8`.
  public func serverVersion() async throws -> String {
    try await decode(String.self, PrefectCall(.get, "/admin/version", "asking for", "server's version"))
  }

  /// What Prefect's integrations publish of their workers, by package and type: among it each `default_base_job_template`.
  public func workerMetadata() async throws -> JSONValue {
    try await decode(
      JSONValue.self,
      PrefectCall(.get, "/collections/views/aggregate-worker-metadata", "reading", "collection of workers"))
  }

  /// The version of the server's API, `0.8.4`.
  public func apiVersion() async throws -> String {
    try await decode(String.self, PrefectCall(.get, "/version", "asking for", "version of the API"))
  }
}
