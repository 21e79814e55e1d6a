/// How far the work of a run has come, for a person: a bar that moves on a terminal, lines elsewhere.
///
/// A value without I/O: each change gives the text to write.
struct ProgressDisplay {
  private let isTerminal: Bool
  private var current: [(name: String, fraction: Double)] = []
  private var bar = ""
  /// What was told last in lines, in tenths, by name.
  private var told: [String: Int] = [:]

  init(isTerminal: Bool) { self.isTerminal = isTerminal }

  /// The text for a line that stands above the bar: the bar is taken away, and drawn anew below it.
  func text(forLine line: String) -> String {
    "\(isTerminal && !bar.isEmpty ? Self.clear : "")\(line)\n\(bar)"
  }

  /// The text for a step of progress; nil where there is nothing to show.
  mutating func text(for name: String, _ fraction: Double) -> String? {
    guard isTerminal else { return line(name, fraction) }
    if let place = current.firstIndex(where: { $0.name == name }) {
      if fraction >= 1 { current.remove(at: place) } else { current[place].fraction = fraction }
    } else if fraction < 1 {
      current.append((name, fraction))
    }
    let before = bar
    bar = current.map { "\($0.name) \(Self.drawn($0.fraction))" }.joined(separator: "  ")
    guard bar != before else { return nil }
    return before.isEmpty ? bar : "\(Self.clear)\(bar)"
  }

  /// Takes the bar away.
  mutating func end() -> String? {
    defer { bar = "" }
    return bar.isEmpty ? nil : Self.clear
  }

  /// A line for each tenth, so that a log does not fill with them.
  private mutating func line(_ name: String, _ fraction: Double) -> String? {
    let tenth = Int((fraction * 10).rounded(.down))
    guard tenth > told[name] ?? 0 else { return nil }
    told[name] = tenth
    return "\(name): \(tenth * 10) %\n"
  }

  private static func drawn(_ fraction: Double) -> String {
    let filled = Int((fraction * 20).rounded(.down))
    return
      "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: 20 - filled))] \(Int((fraction * 100).rounded(.down))) %"
  }

  /// To the beginning of the line, and clear it (ECMA-48).
  private static let clear = "\r\u{1B}[2K"
}
