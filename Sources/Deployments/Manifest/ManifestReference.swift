/// What stands between `{{` and `}}`, as Prefect writes it.
package enum ManifestReference: Hashable, Sendable {
  /// `{{ $NAME }}`, `{{ $NAME:-default }}`.
  case environment(String, fallback: String?)
  /// `{{ prefect.blocks.TYPE.NAME }}`, with the fields below: `{{ prefect.blocks.TYPE.NAME.user.name }}`.
  case block(type: String, name: String, fields: [String])
  /// `{{ prefect.variables.NAME }}`.
  case variable(String)
  /// What this program has no value for: the output of a build step, say.
  case unknown(String)

  init(_ text: String) {
    let text = text.trimmed
    if text.hasPrefix("$") {
      let parts = text.dropFirst().split(separator: ":-", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0].trimmed
      let isName = name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
      self = isName ? .environment(name, fallback: parts.count > 1 ? String(parts[1]) : nil) : .unknown(text)
      return
    }
    let steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if text.hasPrefix("prefect.blocks."), steps.count >= 4, !steps.contains("") {
      self = .block(type: steps[2], name: steps[3], fields: Array(steps[4...]))
    } else if text.hasPrefix("prefect.variables."), steps.count == 3, !steps[2].isEmpty {
      self = .variable(steps[2])
    } else {
      self = .unknown(text)
    }
  }

  /// As it is written.
  var text: String {
    switch self {
    case .environment(let name, _): "$\(name)"
    case .block(let type, let name, let fields):
      (["prefect", "blocks", type, name] + fields).joined(separator: ".")
    case .variable(let name): "prefect.variables.\(name)"
    case .unknown(let text): text
    }
  }

  /// A text, taken apart: what stands between references, and the references. Nil where a `{{` has no `}}`.
  static func parts(of text: String) -> [Part]? {
    var parts: [Part] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "{{") {
      if start.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<start.lowerBound]))) }
      guard let end = rest[start.upperBound...].firstRange(of: "}}") else { return nil }
      parts.append(.reference(ManifestReference(String(rest[start.upperBound..<end.lowerBound]))))
      rest = rest[end.upperBound...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    return parts
  }

  enum Part: Equatable {
    case text(String)
    case reference(ManifestReference)
  }
}

extension StringProtocol {
  /// Without the white space at its ends.
  var trimmed: String {
    let front = drop { $0.isWhitespace }
    return String(front.reversed().drop { $0.isWhitespace }.reversed())
  }
}
