import JSON

/// Writes a document as YAML in blocks: the little that manifests need.
struct YAMLWriter {
  private(set) var text = ""

  mutating func write(_ members: JSONObject, indent: Int = 0) {
    for (key, value) in members { write(key: key, value, indent: indent, prefix: pad(indent)) }
  }

  private mutating func write(key: String, _ value: JSONValue, indent: Int, prefix: String) {
    switch value {
    case .object(let members) where !members.isEmpty:
      text += "\(prefix)\(scalar(key)):\n"
      write(members, indent: indent + 2)
    case .array(let elements) where !elements.isEmpty:
      text += "\(prefix)\(scalar(key)):\n"
      for element in elements { write(element: element, indent: indent + 2) }
    default: text += "\(prefix)\(scalar(key)): \(inline(value))\n"
    }
  }

  private mutating func write(element: JSONValue, indent: Int) {
    guard case .object(let members) = element, let first = members.first else {
      text += "\(pad(indent))- \(inline(element))\n"
      return
    }
    write(key: first.key, first.value, indent: indent + 2, prefix: "\(pad(indent))- ")
    write(JSONObject(members.dropFirst()), indent: indent + 2)
  }

  /// JSON is YAML, too.
  private func inline(_ value: JSONValue) -> String { value.string.map(scalar) ?? value.text() }

  /// A text without quotes where nobody could take it for something else.
  private func scalar(_ text: String) -> String {
    let isPlain = text.wholeMatch(of: /[A-Za-z][A-Za-z0-9_.\/-]*( [A-Za-z0-9_.\/(),-]+)*/) != nil
    return isPlain && ManifestValue.plain(text).string != nil
      && !["yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
      ? text : JSONValue.string(text).text()
  }

  private func pad(_ indent: Int) -> String { String(repeating: " ", count: indent) }
}
