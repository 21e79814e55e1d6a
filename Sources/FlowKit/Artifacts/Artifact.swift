public import JSON

/// Something that a run leaves for people to read.
public enum Artifact: Sendable, Equatable {
  case markdown(String)
  /// Rows with their members in the order of the columns.
  case table([JSONObject])
  case link(String, text: String? = nil)
  /// How far something is, in percent.
  case progress(Double)
  /// A picture by its address.
  case image(String)
}

extension Artifact {
  /// The kind by Prefect's name.
  public var type: String {
    switch self {
    case .markdown, .link: "markdown"
    case .table: "table"
    case .progress: "progress"
    case .image: "image"
    }
  }

  /// The content in Prefect's form: Markdown text, or a table as a list of objects.
  public var data: JSONValue {
    switch self {
    case .markdown(let text): .string(text)
    case .link(let address, let text): .string("[\(text ?? address)](\(address))")
    case .table(let rows): .array(rows.map { .object($0) })
    case .progress(let percent): .number(percent)
    case .image(let address): .string(address)
    }
  }
}
