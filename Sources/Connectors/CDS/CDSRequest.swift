public import JSON

/// What is asked of the store: a data set and a selection from it.
public struct CDSRequest: Sendable, Hashable {
  /// The data set's id: `reanalysis-era5-land-monthly-means`.
  public let dataset: String
  /// The selection. Every value is a list of texts, as the store's own forms send it; `area` is four numbers.
  public let inputs: JSONObject

  public init(dataset: String, inputs: JSONObject) {
    self.dataset = dataset
    self.inputs = inputs
  }

  /// The selection in words, for logs: `variable 2m_temperature, total_precipitation; year 2024; ...`.
  public var inWords: String {
    inputs.map { key, value in
      "\(key) \(value.array?.map { $0.string ?? $0.text() }.joined(separator: ", ") ?? value.string ?? value.text())"
    }.joined(separator: "; ")
  }
}
