import Essentials
import FoundationEssentials
import HTTP
import JSON

extension CDS {
  /// The newest job of this user that asks for the same and is queued, running or done.
  ///
  /// - Parameters:
  ///   - used: a job whose file has been used up, and with it everything older.
  ///   - now: what counts as lately.
  func job(for request: CDSRequest, newerThan used: String?, now: Date) async throws -> CDSJob? {
    let operation = "looking for a job that asks for the same of \(request.dataset)"
    var path = "retrieve/v1/jobs?sortby=-created&limit=100&request=True"
    // Three pages: who has more than 300 jobs since has asked for something else in the meantime.
    for _ in 0..<3 {
      let answer = try await call(.get, path, expect: 200, operation)
      for document in answer["jobs"]?.array ?? [] {
        // A job that cannot be read, with a status of tomorrow, is not the one.
        guard let job = try? CDSJob(document, operation: operation) else { continue }
        if job.id == used { return nil }
        guard let asked = job.request, asked.asksTheSame(as: request) else { continue }
        switch job.status {
        case .accepted, .running: return job
        // What is older is no newer.
        case .successful: return job.isTimely(now) ? job : nil
        case .failed, .rejected, .dismissed, .deleted: continue
        }
      }
      let links = answer["links"]?.array ?? []
      guard let next = links.first(where: { $0["rel"]?.string == "next" })?["href"]?.string,
        let query = next.split(separator: "?", maxSplits: 1).dropFirst().first
      else { return nil }
      path = "retrieve/v1/jobs?\(query)"
    }
    return nil
  }

  /// What a request costs, and what one may cost at most; nil where the store does not tell.
  func cost(of request: CDSRequest) async throws -> (cost: Double, limit: Double)? {
    let body: JSONValue = ["inputs": .object(request.inputs)]
    let answer = try await call(
      .post, "retrieve/v1/processes/\(URLText.encode(request.dataset))/costing", body: body, expect: 200,
      retry: .repeatable, "asking for the cost of a request of \(request.dataset)")
    guard let cost = answer["cost"]?.double, let limit = answer["limit"]?.double else { return nil }
    return (cost, limit)
  }
}
