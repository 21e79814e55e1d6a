import FlowKit
import FoundationEssentials

/// Which job was handed in for which request, so that whatever run comes next goes on with it.
struct CDSJobRegister: Sendable {
  let state: any StateStore
  let store: String

  struct Entry: Sendable {
    /// The job that works on the request.
    var job: String?
    /// The last one whose file was used up: its answer counts no more.
    var used: String?
  }

  func entry(for request: CDSRequest) async throws -> Entry {
    // What cannot be read any more is looked up at the store.
    guard let bytes = try await state.read(key(request)), let document = try? JSONValue(parsing: bytes) else {
      return Entry()
    }
    return Entry(job: document["job"]?.string, used: document["used"]?.string)
  }

  func keep(_ entry: Entry, for request: CDSRequest) async throws {
    var document: JSONObject = [:]
    document["job"] = entry.job.map { .string($0) }
    document["used"] = entry.used.map { .string($0) }
    try await state.write(key(request), JSONValue.object(document).bytes())
  }

  private func key(_ request: CDSRequest) -> String { "cds/jobs/\(request.fingerprint(at: store))" }
}
