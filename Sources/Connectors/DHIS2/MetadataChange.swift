import JSON

/// What has to be written so that data elements and data set are as a flow wants them.
public struct MetadataChange: Sendable {
  var dataElements: [JSONObject] = []
  var dataSets: [JSONObject] = []
  /// Each change in words, for the log and for a dry run.
  public var descriptions: [String] = []

  public var isEmpty: Bool { descriptions.isEmpty }
  /// Whether something that values refer to does not exist yet.
  public internal(set) var creates = false
}
