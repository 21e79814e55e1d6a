@testable import JSON

/// What became of a document.
enum FilterOutcome: Equatable {
  case kept(text: [UInt8], read: Int, kept: Int)
  case broken(JSONSyntaxError)
  case rejected(JSONItemRejection)

  var isError: Bool {
    if case .kept = self { false } else { true }
  }

  /// Runs the filter over chunks.
  init(_ chunks: some Sequence<ArraySlice<UInt8>>, field: String = "active", longestItem: Int? = nil) {
    var filter = JSONItemFilter(field: field, longestItem: longestItem ?? JSONItemFilter.longestItem)
    var output: [UInt8] = []
    do {
      for chunk in chunks { try chunk.withUnsafeBytes { try filter.push($0, into: &output) } }
      try filter.finish(into: &output)
      self = .kept(text: output, read: filter.itemsRead, kept: filter.itemsKept)
    } catch let error as JSONSyntaxError {
      self = .broken(error)
    } catch {
      self =
        (error as? JSONItemRejection).map(FilterOutcome.rejected)
        ?? .broken(JSONSyntaxError("\(error)", offset: -1, line: -1, column: -1))
    }
  }

  /// Runs the filter over a document in one piece.
  init(_ document: [UInt8], field: String = "active", longestItem: Int? = nil) {
    self.init(CollectionOfOne(document[...]), field: field, longestItem: longestItem)
  }

  init(_ document: String, field: String = "active", longestItem: Int? = nil) {
    self.init(Array(document.utf8), field: field, longestItem: longestItem)
  }
}

/// The same filter, slow and plain, on ``JSONReader`` and ``JSONValue``.
enum ReferenceFilter {
  /// What the filter must give; nil where it must refuse.
  static func filter(_ document: [UInt8], field: String = "active") -> [UInt8]? {
    var rest = document[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    guard let first = rest.first(where: { !isSpace($0) }) else { return [] }
    do {
      return first == UInt8(ascii: "[")
        ? try filter(array: Array(rest), field) : try filter(lines: rest, field)
    } catch {
      return nil
    }
  }

  /// Whether the document would be taken but for items that are no objects.
  static func isWellFormed(_ document: [UInt8]) -> Bool {
    var rest = document[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    guard let first = rest.first(where: { !isSpace($0) }) else { return true }
    // The reader would pass over a second byte order mark.
    guard first != 0xEF else { return false }
    if first == UInt8(ascii: "[") { return (try? JSONReader.read(rest) { try $0.skipValue() }) != nil }
    return rest.split(separator: UInt8(ascii: "\n")).allSatisfy { line in
      line.allSatisfy(isSpace)
        || (line.first != 0xEF && (try? JSONReader.read(line) { try $0.skipValue() }) != nil)
    }
  }

  private struct NoObject: Error {}

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  private static func filter(array: [UInt8], _ field: String) throws -> [UInt8] {
    var items: [[UInt8]] = []
    try JSONReader.read(array) { reader in
      try reader.readArray { items.append(try $0.readRawValue()) }
    }
    let kept = try items.filter { try keeps($0, field) }
    return [UInt8(ascii: "[")] + kept.joined(separator: Array(",\n".utf8)) + Array("]\n".utf8)
  }

  private static func filter(lines: ArraySlice<UInt8>, _ field: String) throws -> [UInt8] {
    var output: [UInt8] = []
    for line in lines.split(separator: UInt8(ascii: "\n")) where !line.allSatisfy(isSpace) {
      guard line.first != 0xEF else { throw NoObject() }
      var item: [UInt8] = []
      try JSONReader.read(line) { item = try $0.readRawValue() }
      if try keeps(item, field) { output += item + [UInt8(ascii: "\n")] }
    }
    return output
  }

  private static func keeps(_ item: [UInt8], _ field: String) throws -> Bool {
    var keep = false
    try JSONReader.read(item) { reader in
      guard try reader.peek() == .object else { throw NoObject() }
      try reader.readObject { reader, key in
        let value = try reader.readValue()
        // By bytes: two strings of Swift are also equal where they only look alike.
        if key.utf8.elementsEqual(field.utf8) { keep = isTruthy(value) }
      }
    }
    return keep
  }

  private static func isTruthy(_ value: JSONValue) -> Bool {
    switch value {
    case .null: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .string(let value): !value.isEmpty
    case .array(let value): !value.isEmpty
    case .object(let value): value.count > 0
    }
  }
}

/// Documents with something of everything, whole and broken.
enum StreamingSamples {
  static let whole: [String] = [
    "", " \r\n\t ", "[]", " [ ] \n", "\u{FEFF}[]", "\u{FEFF}", "\u{FEFF} {\"active\":1}",
    #"[{"active":true},{"active":false},{"active":null},{}]"#,
    #"[{"active":0},{"active":-0},{"active":0.0},{"active":-0.0},{"active":0e5},{"active":0.00E-7}]"#,
    #"[{"active":1},{"active":-1.5},{"active":1e-400},{"active":1e-320},{"active":0.1e1},{"active":1E+9}]"#,
    #"[{"active":""},{"active":" "},{"active":"false"},{"active":[]},{"active":[ ]},{"active":{}},{"active":{ }}]"#,
    #"[{"active":[0]},{"active":[[]]},{"active":{"active":false}},{"active":{"a":{}},"b":[]},{"b":{"active":true}}]"#,
    #"[{"active":true,"active":false},{"active":[],"active":7},{"active":{},"b":{},"active":"x"}]"#,
    #"[{"\u0061ctive":true},{"\u0061\u0063\u0074\u0069\u0076\u0065":false},{"activ\u0065":1},{"active\n":true}]"#,
    #"[{"Active":true},{"activ":true},{"active ":true},{"actives":true},{"":true}]"#,
    "[\n  {\n    \"name\": \"é ຫຼວງ 🦟 \\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83e\\udd9f\\ud800\",\n"
      + "    \"active\": true,\n    \"big\": 12345678901234567890.123456789e-12\n  }\r\n,\t{\"active\" : \"\u{7F}\"}\n]\n",
    "{\"active\":true}", "{\"active\":true}\n",
    "\n\n{\"active\":true}\r\n \t\r\n{\"active\":false} \n{ \"active\" : [1, 2] }",
    "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"active\":{\"d\":0}}\n{\"active\":\""
      + String(repeating: "é", count: 30) + "\"}\n",
  ]

  static let broken: [String] = [
    "[", "[ ", "[{", "[{}", "[{},", "[{},]", "[,]", "[{}{}]", "[{} {}]", "[]]", "[] {}", "[{}]x", "]", "{",
    "}", ",",
    #"[{"a"}]"#, #"[{"a":}]"#, #"[{"a":1,}]"#, #"[{,}]"#, #"[{"a":1 "b":2}]"#, #"[{a:1}]"#, #"[{"a":1]]"#,
    #"[{"a":[1}]"#,
    #"[{"a":[1,]}]"#, #"[{"a":[,1]}]"#, #"[{"a":[1 2]}]"#, #"[{'a':1}]"#, #"[{"a":1;"b":2}]"#, #"[{"a"=1}]"#,
    #"[{"a":01}]"#, #"[{"a":-}]"#, #"[{"a":+1}]"#, #"[{"a":1.}]"#, #"[{"a":.5}]"#, #"[{"a":1e}]"#,
    #"[{"a":1e+}]"#,
    #"[{"a":0x10}]"#, #"[{"a":1.5.5}]"#, #"[{"a":--1}]"#, #"[{"a":NaN}]"#, #"[{"a":Infinity}]"#,
    #"[{"a":-Infinity}]"#,
    #"[{"a":1e5e5}]"#, #"[{"a":00}]"#, #"[{"a":-01}]"#,
    #"[{"a":tru}]"#, #"[{"a":truE}]"#, #"[{"a":True}]"#, #"[{"a":nul}]"#, #"[{"a":nulll}]"#,
    #"[{"a":falsey}]"#, "[tru",
    #"[{"a":"\x"}]"#, #"[{"a":"\u12g4"}]"#, #"[{"a":"\u12"}]"#, #"[{"a":"\"#, #"[{"a":"\u00"#, #"[{"a":"x"#,
    #"[{"a"#,
    "[{\"a\":\"\n\"}]", "[{\"a\":\"\t\"}]", "[{\"a\":\"\0\"}]", "[{\"a\":\0}]", "[{\"a\":1\0}]", "\0", "[]\0",
    "[{}]\u{FEFF}",
    "[{\"a\":1}/* comment */]", "{\"a\":1} {\"a\":2}", "{\"a\":1},\n{\"a\":2}", "{\n\"a\":1}", "{\"a\":1\n}",
    "{\"a\":[1,\n2]}",
    "{\"a\":1}\n{\"a\":", "{\"a\":1}\n{\"a\":tru", "{\"a\":1}\n{\"a\":\"x", "{\"a\":1}\n{\"a\":1e\n",
    "\u{FEFF}\u{FEFF}[]",
    "{}\n\u{FEFF}{}", "nul", "t", "-", "\"abc", "x",
  ]

  static let rejected: [String] = [
    "[1]", "[{},2.5e3]", "[null]", "[{},\"x\"]", "[[]]", "[{}, true ]", "[ [ {} ] ]", "1", "1\n", "{}\n0",
    "{}\n\n \"x\"\n{}",
    "null", "false", "{}\n[]\n", "-0.5E-2",
  ]

  static let brokenBytes: [[UInt8]] =
    [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
      [0xE2, 0x82],
      [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF0, 0x9F, 0x98],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE], [0xC3, 0xA9, 0xA9],
      [0xF8, 0x88, 0x80, 0x80, 0x80],
    ].map { bytes in Array("[{\"a\":\"ab".utf8) + bytes + Array("c\"}]".utf8) }
    + [
      [0xEF], [0xEF, 0xBB], [0xEF, 0xBB, 0x5B], [0xFE, 0xFF, 0x00, 0x5B], [0xFF, 0xFE, 0x5B, 0x00],
      Array("[{\"a\":\"".utf8) + [0xE2, 0x82], Array("[{\"".utf8) + [0xF0],
    ]

  static var all: [[UInt8]] { (whole + broken + rejected).map { Array($0.utf8) } + brokenBytes }
}
