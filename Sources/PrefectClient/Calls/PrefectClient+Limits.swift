import Essentials
public import FoundationEssentials
import HTTP
import JSON
public import PrefectAPI

extension PrefectClient {
  // MARK: Limits by tag

  /// Sets the limit on task runs of a tag, made where there is none.
  public func createConcurrencyLimit(tag: String, limit: Int) async throws -> Prefect.ConcurrencyLimit {
    try await decode(
      Prefect.ConcurrencyLimit.self,
      PrefectCall(
        .post, "/concurrency_limits/", body: ["tag": .string(tag), "concurrency_limit": .integer(limit)],
        "setting", "concurrency limit of the tag \(tag)"))
  }

  /// The limit on task runs of a tag; nil where there is none.
  public func concurrencyLimit(tag: String) async throws -> Prefect.ConcurrencyLimit? {
    try await find(Prefect.ConcurrencyLimit.self, tagLimit(.get, tag, "", nil, "reading"))
  }

  public func concurrencyLimits(limit: Int? = nil, offset: Int = 0) async throws -> [Prefect.ConcurrencyLimit]
  {
    try await list(
      Prefect.ConcurrencyLimit.self, "/concurrency_limits/filter", Prefect.Filters(), sort: nil, limit: limit,
      offset: offset, "concurrency limits")
  }

  /// Frees the slots of a tag.
  ///
  /// - Parameter taskRuns: the task runs that hold a slot from now on.
  public func resetConcurrencyLimit(tag: String, taskRuns: [UUID]? = nil) async throws {
    let body: JSONObject = ["slot_override": taskRuns.map { $0.map(\.wire).json } ?? .null]
    try await perform(tagLimit(.post, tag, "/reset", .object(body), "resetting"))
  }

  public func deleteConcurrencyLimit(tag: String) async throws {
    try await perform(tagLimit(.delete, tag, "", nil, "deleting"))
  }

  // MARK: Limits by name

  public func createGlobalConcurrencyLimit(
    _ limit: Prefect.GlobalConcurrencyLimitCreate
  ) async throws -> Prefect.GlobalConcurrencyLimit {
    try await create(
      Prefect.GlobalConcurrencyLimit.self,
      PrefectCall(
        .post, "/v2/concurrency_limits/", body: limit.wireDocument(), "creating",
        "concurrency limit \(limit.name)")
    ) { try await self.globalConcurrencyLimit(limit.name) }
  }

  /// The limit of a name, or of an id; nil where there is none.
  public func globalConcurrencyLimit(_ nameOrID: String) async throws -> Prefect.GlobalConcurrencyLimit? {
    try await find(Prefect.GlobalConcurrencyLimit.self, limit(.get, nameOrID, nil, "reading"))
  }

  public func globalConcurrencyLimits(
    limit: Int? = nil, offset: Int = 0
  ) async throws -> [Prefect.GlobalConcurrencyLimit] {
    try await list(
      Prefect.GlobalConcurrencyLimit.self, "/v2/concurrency_limits/filter", Prefect.Filters(), sort: nil,
      limit: limit, offset: offset, "concurrency limits")
  }

  public func updateGlobalConcurrencyLimit(
    _ nameOrID: String, _ update: Prefect.GlobalConcurrencyLimitUpdate
  ) async throws {
    try await perform(limit(.patch, nameOrID, update.wireDocument(), "changing"))
  }

  public func deleteGlobalConcurrencyLimit(_ nameOrID: String) async throws {
    try await perform(limit(.delete, nameOrID, nil, "deleting"))
  }

  // MARK: Leases

  /// Takes slots of some limits, all or none. Names for which there is no limit are free, and not in the answer.
  ///
  /// - Parameters:
  ///   - duration: after which the slots come free unless the lease is renewed. A lease whose answer was lost runs out
  ///     by itself.
  /// - Throws: a failure of status 423 where the slots are taken, with the time after which to ask again.
  public func acquireConcurrencyLease(
    names: [String], slots: Int = 1, mode: ConcurrencyMode = .concurrency, duration: Duration = .seconds(60),
    holder: Prefect.ConcurrencyLeaseHolder? = nil
  ) async throws -> Prefect.ConcurrencyLease {
    var body: JSONObject = [
      "names": names.json, "slots": .integer(slots), "mode": .string(mode.rawValue),
      "lease_duration": .number(duration.seconds),
    ]
    if let holder { body["holder"] = try holder.wireDocument() }
    return try await decode(
      Prefect.ConcurrencyLease.self,
      PrefectCall(
        .post, "/v2/concurrency_limits/increment-with-lease", body: .object(body), "taking slots of",
        "concurrency limits \(names.joined(separator: ", "))"))
  }

  /// What slots count.
  public enum ConcurrencyMode: String, Sendable {
    /// What happens at once.
    case concurrency
    /// What begins in a time.
    case rateLimit = "rate_limit"
  }

  /// Keeps slots for longer.
  public func renewConcurrencyLease(_ id: UUID, duration: Duration = .seconds(60)) async throws {
    try await perform(
      PrefectCall(
        .post, "/v2/concurrency_limits/leases/\(id.wire)/renew",
        body: ["lease_duration": .number(duration.seconds)], "renewing", "concurrency lease \(id.wire)"))
  }

  /// Gives slots back.
  public func releaseConcurrencyLease(_ id: UUID) async throws {
    try await perform(
      PrefectCall(
        .post, "/v2/concurrency_limits/decrement-with-lease", body: ["lease_id": .string(id.wire)],
        "releasing",
        "concurrency lease \(id.wire)"))
  }

  private func tagLimit(
    _ method: HTTPMethod, _ tag: String, _ path: String, _ body: JSONValue?, _ verb: String
  ) -> PrefectCall {
    PrefectCall(
      method, "/concurrency_limits/tag/\(Self.segment(tag))\(path)", body: body, verb,
      "concurrency limit of the tag \(tag)")
  }

  private func limit(_ method: HTTPMethod, _ name: String, _ body: JSONValue?, _ verb: String) -> PrefectCall
  {
    PrefectCall(
      method, "/v2/concurrency_limits/\(Self.segment(name))", body: body, verb, "concurrency limit \(name)")
  }
}
