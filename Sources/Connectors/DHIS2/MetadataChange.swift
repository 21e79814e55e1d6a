import JSON

/// What has to be written so that data elements and data set are as a flow wants them.
public struct MetadataChange: Sendable {
  var dataElements: [JSONObject] = []
  var dataSets: [JSONObject] = []
  /// The ids of the objects that are not there yet.
  var newIDs: Set<String> = []
  /// Each change in words, for the log and for a dry run.
  public var descriptions: [String] = []

  public var isEmpty: Bool { descriptions.isEmpty }
  /// Whether something that values refer to does not exist yet.
  public internal(set) var creates = false

  /// The requests that write it: data elements first, as the data set refers to them; what is new apart from what
  /// changes, whose sharing is not to be touched.
  var bundles: [(type: String, documents: [JSONObject], keepsSharing: Bool)] {
    var bundles: [(type: String, documents: [JSONObject], keepsSharing: Bool)] = []
    for (type, documents) in [("dataElements", dataElements), ("dataSets", dataSets)] {
      for isNew in [true, false] {
        let part = documents.filter { ($0["id"]?.string.map(newIDs.contains) ?? true) == isNew }
        if !part.isEmpty { bundles.append((type, part, !isNew)) }
      }
    }
    return bundles
  }
}
