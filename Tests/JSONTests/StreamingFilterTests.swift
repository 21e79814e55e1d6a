import Essentials
import JSON
import Testing

@Suite("Filtering a stream of items") struct StreamingFilterTests {
  private func text(_ document: String, field: String = "active") -> String? {
    guard case .kept(let bytes, _, _) = FilterOutcome(document, field: field) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("An array stays an array: items joined by a comma and a line feed")
  func array() {
    #expect(
      text(#" [ {"id":1,"active":true} , {"id":2,"active":false},{"id":3,"active":1}] "#)
        == "[{\"id\":1,\"active\":true},\n{\"id\":3,\"active\":1}]\n")
    #expect(text(#"[{"active":false}]"#) == "[]\n")
    #expect(text("[]") == "[]\n")
  }

  @Test("Lines stay lines, one item each, also where the last has no line feed")
  func lines() {
    #expect(
      text("{\"active\":true}\r\n\n  {\"active\":false}\n\t{\"active\": 2} \n{\"active\":3}")
        == "{\"active\":true}\n{\"active\": 2}\n{\"active\":3}\n")
    #expect(text("{\"active\":false}\n") == "")
  }

  @Test("Nothing at all is lines without items", arguments: ["", " ", "\n\n", "\u{FEFF}", "\u{FEFF}\r\n"])
  func nothing(document: String) {
    #expect(FilterOutcome(document) == .kept(text: [], read: 0, kept: 0))
  }

  @Test("A byte order mark at the beginning is passed over")
  func byteOrderMark() {
    #expect(text("\u{FEFF}[{\"active\":1}]") == "[{\"active\":1}]\n")
  }

  @Test("Items pass through to the byte: white space, escapes and all digits of numbers")
  func bytes() {
    let item =
      "{ \"active\"\t: true,\r\n \"n\": 0.10000000000000000000001E+0010, \"s\":\"\\u0041\\/\u{7F}é\" }"
    #expect(text("[\(item)]") == "[\(item)]\n")
  }

  @Test(
    "False to Python is false here",
    arguments: [
      "false", "null", "0", "-0", "0.0", "-0.0", "0e5", "0E-5", "0.000e+99", "1e-400", "-123.456e-500",
      "\"\"", "[]",
      "[ ]", "{}", "{\t}", "0." + String(repeating: "0", count: 400) + "1",
    ])
  func falsy(value: String) {
    #expect(text("[{\"active\":\(value)}]") == "[]\n")
    #expect(text("[{\"active\": \(value) ,\"b\":[[]]}]") == "[]\n")
  }

  @Test(
    "True to Python is true here",
    arguments: [
      "true", "1", "-1", "0.1", "1e-300", "5e-324", "1e999", "100", "0.0001", "1e-5", "\"false\"", "\"0\"",
      "\" \"",
      "\"\\u0000\"", "[0]", "[[]]", "[null]", "{\"\":null}", "{\"a\":{}}",
      String(repeating: "9", count: 5000),
      "1" + String(repeating: "0", count: 400) + ".5",
    ])
  func truthy(value: String) {
    let item = "{\"b\":{},\"active\":\(value),\"c\":[],\"d\":0}"
    #expect(text("[\(item)]") == "[\(item)]\n")
  }

  @Test("A missing field, or one further inside, does not count")
  func missing() {
    #expect(
      text(#"[{},{"Active":1},{"a":{"active":1}},{"a":[{"active":1}]},{"actives":1},{"activ":1}]"#) == "[]\n")
  }

  @Test("Of equal keys the last one counts")
  func duplicates() {
    #expect(
      text(
        #"[{"active":1,"active":0},{"active":0,"active":[2]},{"active":{},"\u0061ctive":{"a":1}},{"active":[1],"active":[]}]"#
      )
        == "[{\"active\":0,\"active\":[2]},\n{\"active\":{},\"\\u0061ctive\":{\"a\":1}}]\n")
  }

  @Test("The key is found with escapes, and with characters that need them")
  func keys() {
    #expect(text(#"[{"\u0061cti\u0076e":1}]"#) == "[{\"\\u0061cti\\u0076e\":1}]\n")
    #expect(text(#"[{"a\"\\\/\b\f\n\r\tb":1}]"#, field: "a\"\\/\u{8}\u{C}\n\r\tb") != "[]\n")
    #expect(text(#"[{"\ud83e\udd9f":1},{"🦟":2}]"#, field: "🦟") == "[{\"\\ud83e\\udd9f\":1},\n{\"🦟\":2}]\n")
    // Half a pair is no character of its own, and not the one that stands for broken text.
    #expect(
      text(#"[{"\ud83e":1},{"\udd9f":1},{"\ud83ex":1},{"\ud83e\u0041":1}]"#, field: "\u{FFFD}") == "[]\n")
    #expect(text(#"[{"":1}]"#, field: "") == "[{\"\":1}]\n")
    #expect(
      text(#"[{"organisationUnit":1},{"organisationUnix":1}]"#, field: "organisationUnit")
        == "[{\"organisationUnit\":1}]\n")
    // Composed and decomposed letters are different keys, as in Python.
    #expect(text("[{\"e\u{301}\":1}]", field: "\u{E9}") == "[]\n")
  }

  @Test("Items read and kept are counted")
  func counts() throws {
    var filter = JSONItemFilter(field: "on")
    var output: [UInt8] = []
    #expect(filter.layout == nil)
    try filter.push(Array(#"[{"on":1},{"on":0},{"o"#.utf8), into: &output)
    #expect(filter.itemsRead == 2 && filter.itemsKept == 1)
    #expect(String(decoding: output, as: UTF8.self) == #"[{"on":1}"#)
    try filter.push(Array(#"n":2}]"#.utf8), into: &output)
    try filter.finish(into: &output)
    #expect(filter.itemsRead == 3 && filter.itemsKept == 2 && filter.layout == .array)
    #expect(String(decoding: output, as: UTF8.self) == "[{\"on\":1},\n{\"on\":2}]\n")
  }

  @Test("512 levels are taken, 513 are not, in both layouts")
  func depth() {
    func nested(_ levels: Int) -> String {
      "{\"active\":" + String(repeating: "[", count: levels - 1) + "1"
        + String(repeating: "]", count: levels - 1) + "}"
    }
    #expect(text(nested(512)) == nested(512) + "\n")
    #expect(text("[\(nested(511))]") == "[\(nested(511))]\n")
    let lines = FilterOutcome(nested(513))
    let array = FilterOutcome("[\(nested(512))]")
    guard case .broken(let first) = lines, case .broken(let second) = array else {
      Issue.record("\(lines) \(array)")
      return
    }
    #expect(first.problem == "nested deeper than 512 levels" && first.offset == 10 + 511)
    #expect(second.problem == "nested deeper than 512 levels" && second.offset == 11 + 510)
    #expect(FilterOutcome("[{\"a\":" + String(repeating: "{\"a\":", count: 1_000_000)).isError)
    #expect(FilterOutcome(String(repeating: "[", count: 1_000_000)).isError)
  }

  @Test("A document of several megabytes, its items across every border of pieces")
  func large() {
    let items = (0..<40_000).map {
      "{\"id\": \($0), \"name\": \"\(String(repeating: "é", count: $0 % 97))\", \"active\": \($0 % 3 == 0)}"
    }
    let expected =
      "[" + items.enumerated().filter { $0.offset % 3 == 0 }.map(\.element).joined(separator: ",\n") + "]\n"
    let outcome = FilterOutcome("[" + items.joined(separator: ",") + "]")
    #expect(outcome == .kept(text: Array(expected.utf8), read: 40_000, kept: 13_334))
  }

  @Test("An item of megabytes passes, and the next ones too")
  func longItem() {
    let long =
      "{\"text\":\"" + String(repeating: "0123456789", count: 300_000) + "\",\"n\":"
      + String(repeating: "7", count: 400_000)
      + ",\"active\":true}"
    let short = "{\"active\":1}"
    #expect(text("[\(short),\(long),\(short)]") == "[\(short),\n\(long),\n\(short)]\n")
  }
}

@Suite("Errors of the filter") struct StreamingErrorTests {
  private func error(_ document: String) -> JSONSyntaxError? {
    guard case .broken(let error) = FilterOutcome(document) else { return nil }
    return error
  }

  private func rejection(_ document: String, longestItem: Int? = nil) -> JSONItemRejection? {
    guard case .rejected(let error) = FilterOutcome(document, longestItem: longestItem) else { return nil }
    return error
  }

  @Test("Broken JSON names line, column and position in the whole stream")
  func places() {
    let first = error("[\n  {\"active\": true},\n  {\"active\": truth}\n]")
    #expect(first?.line == 3 && first?.column == 14 && first?.offset == 35)
    #expect(first?.kind == .rejected)
    #expect(first?.message == "not valid JSON: expected true, false or null at line 3, column 14")
    let second = error("{\"active\":1}\n\n{\"active\":1}}")
    #expect(second?.line == 3 && second?.column == 13 && second?.offset == 26)
    #expect(second?.problem == "expected the end of the line after the item, found '}'")
    let third = error("[{\"a\":\"é\\q\"}]")
    #expect(third?.line == 1 && third?.column == 10 && third?.problem == "an unknown escape")
    let last = error("[{\"a\":1},\n")
    #expect(last?.line == 2 && last?.column == 1 && last?.problem == "unexpected end of the document")
  }

  @Test("The place is right far into a document that came in pieces")
  func farPlace() {
    let good = String(
      repeating: "{\"active\": false, \"text\": \"0123456789012345678901234567890123456789\"}\n", count: 9000)
    let bad = error(good + "{\"active\": 01}\n")
    #expect(bad?.line == 9001 && bad?.column == 13 && bad?.offset == good.utf8.count + 12)
  }

  @Test("A string without an end is named where it begins")
  func unfinishedString() {
    #expect(error("[{\"a\":\"bcd")?.column == 7)
    #expect(error("[{\"a\":\"bcd")?.problem == "a string that does not end")
    #expect(error("[{\"abc")?.column == 3)
  }

  @Test("An item of NDJSON that goes over its line is named as such")
  func lineBreak() {
    let found = error("{\"active\": true}\n{\n  \"active\": true\n}\n")
    #expect(found?.line == 2 && found?.column == 2)
    #expect(found?.problem == "a line break inside an item of newline-delimited JSON")
  }

  @Test(
    "An item that is no object is refused with its index, line and column",
    arguments: [
      ("[{},\n {}, 5]", 2, 2, 6, "a number"), ("[null]", 0, 1, 2, "null"),
      ("{}\n\n true\n", 1, 3, 2, "a boolean"),
      ("7", 0, 1, 1, "a number"), ("[{}, [{\"active\":1}]]", 1, 1, 6, "an array"),
      ("\"x\"", 0, 1, 1, "a string"),
    ])
  func noObject(document: String, index: Int, line: Int, column: Int, type: String) {
    let found = rejection(document)
    #expect(found?.index == index && found?.line == line && found?.column == column)
    #expect(found?.reason == .noObject(type))
    #expect(found?.kind == .rejected)
    #expect(
      found?.message == "item \(index) (from 0) at line \(line), column \(column) is \(type), not an object")
  }

  @Test("An item past the limit is refused, whether its end was seen or not")
  func tooLong() {
    let item = "{\"active\":\"1234567890\"}"
    #expect(rejection("[\(item)]", longestItem: 22)?.reason == .tooLong(22))
    #expect(rejection("[\(item)]", longestItem: 23) == nil)
    let endless = rejection("[{},\n{\"a\":\"" + String(repeating: "x", count: 300_000), longestItem: 100_000)
    #expect(endless?.reason == .tooLong(100_000))
    #expect(endless?.index == 1 && endless?.line == 2 && endless?.column == 1)
    #expect(endless?.message == "item 1 (from 0) at line 2, column 1 is longer than 100000 bytes")
  }

  @Test("After an error the filter is spent and says the same again")
  func spent() {
    var filter = JSONItemFilter(field: "active")
    var output: [UInt8] = []
    #expect(throws: JSONSyntaxError.self) { try filter.push(Array("[x".utf8), into: &output) }
    #expect(throws: JSONSyntaxError.self) { try filter.push(Array("]".utf8), into: &output) }
    #expect(throws: JSONSyntaxError.self) { try filter.finish(into: &output) }
  }
}
