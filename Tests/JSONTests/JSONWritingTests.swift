import JSON
import Testing

@Suite("Writing JSON") struct JSONWritingTests {
  @Test("Members keep their order; text is escaped no more than needed")
  func compact() {
    let value: JSONValue = ["b": [1, 2.5, nil, true], "a": "\"\\\n\u{1}é/"]
    #expect(value.text() == #"{"b":[1,2.5,null,true],"a":"\"\\\n\u0001é/"}"#)
  }

  @Test("The pretty layout has a member a line and leaves empty ones closed")
  func pretty() {
    #expect(
      (["a": [1, []], "b": [:]] as JSONValue).text(.pretty) == """
        {
          "a": [
            1,
            []
          ],
          "b": {}
        }
        """)
  }

  @Test("What is written is read back the same", arguments: [0.1, -1e-7, 1e300, 5.0, 123456.789])
  func roundTrip(number: Double) throws {
    let value: JSONValue = ["n": .number(number), "s": "😀\u{7f}\t"]
    #expect(try JSONValue(parsing: value.bytes()) == value)
  }

  @Test("Objects are equal whatever the order of their members, and hash alike")
  func equality() {
    let left: JSONValue = ["a": 1, "b": [2]]
    let right: JSONValue = ["b": [2], "a": 1]
    #expect(left == right)
    #expect(Set([left, right]).count == 1)
    #expect(left != ["a": 1])
  }
}
