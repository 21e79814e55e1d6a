import Connectors
public import FlowKit

/// What was read and written by the tasks of ``JSONFilter``.
struct JSONFilterCounts: Sendable {
  var bytesRead = 0
  var bytesWritten = 0
  var items = 0
  var kept = 0

  /// Adds what another task counted.
  mutating func add(_ other: JSONFilterCounts) {
    bytesRead += other.bytesRead
    bytesWritten += other.bytesWritten
    items += other.items
    kept += other.kept
  }
}

/// What a run of ``JSONFilter`` did, for programs.
public struct JSONFilterResult: JSONRepresentable, Sendable, Equatable {
  /// The items that were read.
  public let items: Int
  /// The items that were kept.
  public let kept: Int
  /// Where they were written.
  public let output: String

  init(_ counts: JSONFilterCounts, output: Location) {
    items = counts.items
    kept = counts.kept
    self.output = output.description
  }

  public var json: JSONValue {
    ["items": .integer(items), "kept": .integer(kept), "output": .string(output)]
  }
}
