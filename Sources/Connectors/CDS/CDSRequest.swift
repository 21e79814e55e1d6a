import Essentials
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

  /// Whether the other asks for the same, whatever the order of keys and of values: lists of values are sets to the
  /// store, but for `area`.
  func asksTheSame(as other: CDSRequest) -> Bool { canonicalText == other.canonicalText }

  /// The same text for requests that ask for the same.
  private var canonicalText: String {
    let selection = inputs.sorted { $0.key < $1.key }.map { key, value in
      let values = (value.array ?? [value]).map { $0.double.map { "\($0)" } ?? $0.string ?? $0.text() }
      return "\(key)=\((key == "area" ? values : values.sorted()).joined(separator: ","))"
    }
    return "\(dataset)?\(selection.joined(separator: "&"))"
  }

  /// Under which its job and its file are kept: the hash of everything that defines it, and of the store's address.
  func fingerprint(at store: String) -> String {
    SHA256.hexadecimal(Array("\(store)/\(canonicalText)".utf8))
  }

  /// Two requests that together ask for the same: for when one is too large. The years are parted first, then the
  /// months, so that all variables of a month stay in one job as long as they can; then the variables, then the days.
  /// Nil where nothing is left to part.
  var halves: (CDSRequest, CDSRequest)? {
    for key in ["year", "month", "variable", "day", "time"] {
      guard let values = inputs[key]?.array, values.count > 1 else { continue }
      func with(_ part: ArraySlice<JSONValue>) -> CDSRequest {
        var inputs = inputs
        inputs[key] = .array(Array(part))
        return CDSRequest(dataset: dataset, inputs: inputs)
      }
      let middle = (values.count + 1) / 2
      return (with(values[..<middle]), with(values[middle...]))
    }
    return nil
  }
}
