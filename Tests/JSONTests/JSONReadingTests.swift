import JSON
import Testing

@Suite("Reading JSON") struct JSONReadingTests {
  @Test("Every kind of value is read")
  func values() throws {
    let value = try JSONValue(
      parsing:
        #" {"null": null, "yes": true, "no": false, "n": [0, -0, 7, -12, 1.5, -2.5e3, 1E-2], "s": "é\n"} "#)
    #expect(
      value == [
        "null": nil, "yes": true, "no": false,
        "n": [0, .number(-0.0), 7, -12, 1.5, -2500.0, 0.01], "s": "é\n",
      ])
  }

  @Test(
    "Escapes are undone",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\u20AC""#, "é€"),
      (#""\ud83d\ude00!""#, "😀!"),
      (#""\ud83d x""#, "\u{FFFD} x"), (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""""#, ""),
    ])
  func escapes(text: String, expected: String) throws {
    #expect(try JSONValue(parsing: text) == .string(expected))
  }

  @Test(
    "Numbers become the nearest double",
    arguments: [
      "0.1", "123456789.123456789", "1e22", "1e23", "4.9e-324", "2.2250738585072011e-308",
      "1.7976931348623157e308",
      "9007199254740993.0", "-13.3035", "0.30000000000000004", "123456789012345678901234567890.0", "1e-400",
    ])
  func doubles(text: String) throws {
    #expect(try JSONReader.read(text.utf8) { try $0.readDouble() } == Double(text))
  }

  @Test("An integer beyond 64 bits is a double; -0 keeps its sign")
  func integers() throws {
    #expect(try JSONValue(parsing: "9223372036854775808") == .number(9223372036854775808.0))
    #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
    #expect(try JSONValue(parsing: "-0").double?.sign == .minus)
  }

  @Test("The last of several equal keys counts")
  func duplicateKeys() throws {
    #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#) == ["a": 3, "b": 2])
  }

  @Test("A byte order mark is passed over")
  func byteOrderMark() throws { #expect(try JSONValue(parsing: [0xEF, 0xBB, 0xBF, 0x31]) == 1) }

  @Test(
    "What is not JSON is refused with its place",
    arguments: [
      ("", 1, 1), ("[1,]", 1, 4), ("[1 2]", 1, 4), ("{\"a\":1,}", 1, 8), ("{\"a\" 1}", 1, 6), ("{a:1}", 1, 2),
      ("[01]", 1, 4),
      ("[1.]", 1, 4), ("[.5]", 1, 2), ("[1e]", 1, 4), ("[+1]", 1, 2), ("[NaN]", 1, 2), ("nul", 1, 1),
      ("[1]\n 2", 2, 2),
      ("[\"a\nb\"]", 1, 4), ("[\n\n \"abc]", 3, 2), ("\"\\x\"", 1, 2), ("\"\\u12G4\"", 1, 2), ("[1", 1, 3),
      ("\"\\", 1, 1),
      ("\"\\u12\"", 1, 2), ("-", 1, 2), ("[tru]", 1, 2),
    ])
  func syntaxErrors(text: String, line: Int, column: Int) throws {
    let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
    #expect(error?.line == line)
    #expect(error?.column == column)
    // Skipping checks as strictly as reading.
    #expect(throws: JSONSyntaxError.self) { try JSONReader.read(text.utf8) { try $0.skipValue() } }
  }

  @Test("Bytes that are not UTF-8 are refused")
  func invalidUTF8() {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22, 0x5C, 0x6E, 0xFF, 0x22]) }
  }

  @Test("A document nested too deeply is refused and does not crash")
  func depth() throws {
    let deep = String(repeating: "[", count: 100_000)
    let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: deep) }
    #expect(error?.problem.contains("512") == true)
    let legal = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    #expect(throws: Never.self) { try JSONValue(parsing: legal) }
  }

  @Test("The reader skips what is not asked for")
  func skipping() throws {
    var found: Double?
    try JSONReader.read(#"{"a":{"x":[1,{"y":"z"}]},"b":[2.5,3],"c":null}"#.utf8) { reader in
      try reader.readObject { reader, key in
        guard key == "b" else { return try reader.skipValue() }
        try reader.readArray { found = try $0.readDouble() }
      }
    }
    #expect(found == 3)
  }
}
