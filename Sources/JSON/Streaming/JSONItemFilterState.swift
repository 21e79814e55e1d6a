/// Where a ``JSONItemFilter`` stands between two chunks. Positions are counted from the beginning of its window.
struct JSONItemFilterState: Sendable {
  /// What is expected next.
  enum Phase: Sendable {
    /// The document: a byte order mark, then white space, then what tells its layout.
    case begin, detect
    /// The first item of an array or its end; an item behind a comma; the comma or the end; white space at the end.
    case firstItem, item, afterItem, done
    /// An item of NDJSON, or an empty line; the end of the line.
    case line, afterLine
    /// The first key of an object or its end; a key behind a comma; the rest of a key; the colon.
    case firstKey, nextKey, key, colon
    /// The first element of an array or its end; a value; the rest of a string; the rest of a number; a comma or the
    /// end of what the value stands in.
    case firstValue, value, string, number, afterValue
  }

  var phase = Phase.begin
  /// How many arrays and objects are open inside the item.
  var depth = 0
  /// For each of them, whether it is an object.
  var objects = [Bool](repeating: false, count: JSONReader.deepestNesting + 1)

  /// The position of the item that is being read.
  var itemStart: Int?
  var itemLine = 0
  var itemColumn = 0
  /// Whether the item is an object.
  var itemIsObject = false

  /// The position of the string or number that is being read.
  var token = 0
  /// Whether the string that is being read has escapes.
  var escaped = false
  /// The part of a number that was reached.
  var number = NumberPart.start

  /// Whether the value that comes next decides about the item.
  var decides = false
  /// Whether the array or object just opened decides about the item by being empty or not.
  var decidesByEmptiness = false
  /// What the item's field said so far.
  var keep = false

  /// Bytes at the end of the window that were looked at and are to be looked at again.
  var pending = 0
  /// The position in the document where the window begins.
  var offset = 0
  /// The line that is being read, from 1, and the position in the document where it begins.
  var line = 1
  var lineStart = 0

  /// The window goes on by so many bytes.
  mutating func move(by count: Int) {
    offset += count
    token -= count
    if let start = itemStart { itemStart = start - count }
  }
}
