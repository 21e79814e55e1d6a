import FoundationEssentials
import JSON
import PrefectAPI
import PrefectClient

/// Which of some log lines a server has already.
struct ArrivedLines {
  private let client: PrefectClient

  init(_ client: PrefectClient) { self.client = client }

  /// What makes a line the same: its run, level and text. Its time is compared besides, as a server may round it.
  private struct Key: Hashable {
    let run: String
    let level: Int
    let message: String
  }

  /// Times that differ by less, in seconds, are one.
  private static let tolerance = 1e-4

  /// Those of some lines that the server does not have.
  ///
  /// - Parameter documents: as they are sent.
  func without(_ documents: [[UInt8]]) async throws -> [[UInt8]] {
    let lines = try documents.map { try Self.line(JSONValue(parsing: $0)) }
    let times = lines.compactMap { $0?.time }
    guard let first = times.min(), let last = times.max() else { return documents }
    var filter = Prefect.LogFilter()
    filter.flowRunID = .any(
      Set(lines.compactMap { $0.flatMap { UUID(uuidString: $0.key.run) } }).sorted { $0.wire < $1.wire })
    filter.timestamp = .between(first.addingTimeInterval(-1), last.addingTimeInterval(1))
    var there: [Key: [Date]] = [:]
    for line in try await client.logs(filter) {
      guard let run = line.flowRunID?.wire else { continue }
      there[Key(run: run, level: line.level.rawValue, message: line.message), default: []].append(
        line.timestamp)
    }
    return zip(documents, lines).filter { _, line in
      // Each of the server's lines stands for one: a line may be written twice in earnest.
      guard let line,
        let place = there[line.key]?.firstIndex(where: {
          abs($0.timeIntervalSince(line.time)) < Self.tolerance
        })
      else { return true }
      there[line.key]?.remove(at: place)
      return false
    }.map(\.0)
  }

  private static func line(_ document: JSONValue) -> (key: Key, time: Date)? {
    guard let run = document["flow_run_id"]?.string, let level = document["level"]?.integer,
      let message = document["message"]?.string,
      let time = document["timestamp"]?.string.flatMap(WireDate.date(_:))
    else { return nil }
    return (Key(run: run.lowercased(), level: level, message: message), time)
  }
}
