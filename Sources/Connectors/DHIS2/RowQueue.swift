/// Rows that wait to be sent, or are on their way, in the arrays in which they were compared: to copy a value costs more
/// than to write it.
struct RowQueue: Sendable {
  /// Values in order, each key once, and what DHIS2 holds in place of each, under the same indices.
  private struct Part: Sendable {
    var values: ArraySlice<DataValue>
    var held: ArraySlice<String?>
  }

  private var parts: [Part] = []
  private(set) var count = 0

  init() {}

  var isEmpty: Bool { count == 0 }

  /// - Parameters:
  ///   - values: in order, each key once.
  ///   - held: what DHIS2 holds in place of each.
  mutating func append(_ values: [DataValue], held: [String?]) {
    guard !values.isEmpty else { return }
    parts.append(Part(values: values[...], held: held[...]))
    count += values.count
  }

  /// The first rows, as many.
  func prefix(_ count: Int) -> RowQueue {
    var prefix = RowQueue()
    for part in parts where prefix.count < count {
      let taken = min(part.values.count, count - prefix.count)
      prefix.parts.append(Part(values: part.values.prefix(taken), held: part.held.prefix(taken)))
      prefix.count += taken
    }
    return prefix
  }

  /// Takes the first rows away, as many.
  mutating func removeFirst(_ count: Int) {
    var left = min(count, self.count)
    self.count -= left
    while left > 0, let first = parts.first {
      if first.values.count <= left {
        left -= first.values.count
        parts.removeFirst()
      } else {
        parts[0] = Part(values: first.values.dropFirst(left), held: first.held.dropFirst(left))
        left = 0
      }
    }
  }

  /// All rows, one by one.
  var rows: [DataValueImport.Row] {
    var rows: [DataValueImport.Row] = []
    rows.reserveCapacity(count)
    for part in parts {
      for place in part.values.indices {
        rows.append(DataValueImport.Row(value: part.values[place], held: part.held[place]))
      }
    }
    return rows
  }

  /// For how many of the rows DHIS2 holds nothing.
  var newCount: Int { parts.reduce(0) { $0 + $1.held.count { $0 == nil } } }

  /// Calls a closure with the values, array by array.
  func forEachPart(_ body: (ArraySlice<DataValue>) -> Void) {
    for part in parts { body(part.values) }
  }

  /// Whether a row has the key of one of some values.
  ///
  /// - Parameter values: in order.
  func sharesKey(with values: [DataValue]) -> Bool {
    guard let first = values.first, let last = values.last else { return false }
    return parts.contains { part in
      guard let lowest = part.values.first, let highest = part.values.last, first.key <= highest.key,
        lowest.key <= last.key
      else { return false }
      var (mine, other) = (part.values.startIndex, values.startIndex)
      while mine < part.values.endIndex, other < values.endIndex {
        if part.values[mine].key < values[other].key {
          mine += 1
        } else if values[other].key < part.values[mine].key {
          other += 1
        } else {
          return true
        }
      }
      return false
    }
  }
}
