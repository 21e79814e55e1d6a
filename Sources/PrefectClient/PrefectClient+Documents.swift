import Essentials
import FoundationEssentials
import HTTP
import JSON
import PrefectAPI

extension PrefectClient {
  /// The answer of a call as a document.
  func decode<Document: Decodable>(_ type: Document.Type, _ call: PrefectCall) async throws -> Document {
    try decode(type, await send(call), call)
  }

  func decode<Document: Decodable>(
    _ type: Document.Type, _ success: Success, _ call: PrefectCall
  ) throws -> Document {
    do {
      return try Document(wire: try JSONValue(parsing: success.response.body))
    } catch {
      throw PrefectAnswer(
        response: success.response, call: call, configuration: configuration, now: clock.now()
      ).unreadable(error)
    }
  }

  /// The answer of a call for something by its name; nil where there is no such thing.
  func find<Document: Decodable>(_ type: Document.Type, _ call: PrefectCall) async throws -> Document? {
    do {
      return try await decode(type, call)
    } catch let failure as PrefectFailure where failure.isNotFound {
      return nil
    }
  }

  /// A call whose answer says nothing.
  func perform(_ call: PrefectCall) async throws { _ = try await send(call) }

  /// Makes something whose name is taken only once.
  ///
  /// Where an attempt was lost on the way back, the next one is told that the name is taken: by ourselves.
  func create<Document: Decodable>(
    _ type: Document.Type, _ call: PrefectCall, orFind existing: () async throws -> Document?
  ) async throws -> Document {
    do {
      return try await decode(type, call)
    } catch let failure as PrefectFailure where failure.isConflict && failure.followsOpenAttempt {
      guard let document = try await existing() else { throw failure }
      return document
    }
  }

  /// The elements of a filter call, page by page: the server gives 200 at most.
  ///
  /// - Parameters:
  ///   - limit: how many at most; nil for all. An element that moves to the next page while it is read comes once.
  func list<Element: Decodable & PrefectIdentified>(
    _ type: Element.Type, _ path: String, _ filters: Prefect.Filters, sort: String?, limit: Int?, offset: Int,
    _ name: String, also members: JSONObject = [:]
  ) async throws -> [Element] {
    var body = try filters.wireDocument().object ?? [:]
    for (key, value) in members { body[key] = value }
    body["sort"] = sort.map { .string($0) }
    var elements: [Element] = []
    var known: Set<UUID> = []
    var offset = offset
    while true {
      let wanted = min(limit.map { $0 - elements.count } ?? Self.largestPage, Self.largestPage)
      guard wanted > 0 else { return elements }
      body["limit"] = .integer(wanted)
      body["offset"] = .integer(offset)
      let page = try await decode(
        [Element].self, PrefectCall(.post, path, body: .object(body), "reading", name))
      elements += page.filter { known.insert($0.id).inserted }
      offset += page.count
      if page.count < wanted { return elements }
    }
  }

  /// The most elements that the server gives at once.
  static var largestPage: Int { 200 }
}

/// Something with an id.
protocol PrefectIdentified { var id: UUID { get } }

extension Prefect.Flow: PrefectIdentified {}
extension Prefect.FlowRun: PrefectIdentified {}
extension Prefect.TaskRun: PrefectIdentified {}
extension Prefect.Deployment: PrefectIdentified {}
extension Prefect.WorkPool: PrefectIdentified {}
extension Prefect.WorkQueue: PrefectIdentified {}
extension Prefect.Worker: PrefectIdentified {}
extension Prefect.Log: PrefectIdentified {}
extension Prefect.Artifact: PrefectIdentified {}
extension Prefect.ArtifactCollection: PrefectIdentified {}
extension Prefect.BlockType: PrefectIdentified {}
extension Prefect.BlockSchema: PrefectIdentified {}
extension Prefect.BlockDocument: PrefectIdentified {}
extension Prefect.Variable: PrefectIdentified {}
extension Prefect.ConcurrencyLimit: PrefectIdentified {}
extension Prefect.GlobalConcurrencyLimit: PrefectIdentified {}
