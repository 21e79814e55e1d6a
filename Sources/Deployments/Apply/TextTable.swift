/// A table as people read it: a line of headers, a rule, and a line for each row.
package struct TextTable {
  private let lines: [[String]]

  package init(_ headers: [String], _ rows: [[String]]) {
    lines = [headers] + rows.map { row in row.map(Self.oneLine) }
  }

  /// The lines, without an end of line after the last.
  package var text: String {
    var widths: [Int] = []
    for line in lines {
      for (column, cell) in line.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    var texts = lines.map { line in
      let cells = line.enumerated().map { column, cell in
        cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
    texts.insert(String(repeating: "-", count: texts.map(\.count).max() ?? 0), at: 1)
    return texts.joined(separator: "\n")
  }

  /// A value of several lines would tear its row apart.
  private static func oneLine(_ cell: String) -> String {
    cell.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
