import JSON
import PrefectAPI
import Testing

@Suite("The checksum of a block schema") struct ChecksumTests {
  // The expected sums were made by Python 3.11 from the text that the comment beside each shows.
  @Test("Python's text is what is summed: spaces, sorted keys, everything but ASCII escaped")
  func text() {
    // [[{"a": "\u00fc\ud83c\udf27\u007f\"\\\n\b", "b": [1, 1.5, 1e-07, 1e+16, null, true]}], {}]
    #expect(
      Prefect.BlockSchemaCreate.checksum(
        of: ["b": [1, 1.5, 1e-7, 1e16, nil, true], "a": "ü\u{1F327}\u{7F}\"\\\n\u{8}"])
        == "sha256:f2801143f65f8abbc882ef7d7a5d13edc526528451d5d11330edb956e03404a3")
    // [[{}], {}]
    #expect(
      Prefect.BlockSchemaCreate.checksum(of: [:])
        == "sha256:f8e6e96abbc38504d4e9c99fc57281fa0026bede1fa42db79f22f984501710f4")
  }

  @Test("Keys are sorted by code point")
  func order() {
    // [[{"B": 1, "a": 2, "e\u0301": 4, "\u00e9x": 3, "\uff5e": 5, "\ud83c\udf27": 6}], {}]
    #expect(
      Prefect.BlockSchemaCreate.checksum(
        of: ["\u{1F327}": 6, "\u{FF5E}": 5, "e\u{301}": 4, "\u{E9}x": 3, "a": 2, "B": 1])
        == "sha256:f8f2f79daf8ee7ac5bcc0f395c1423fb9542f26380ec33d14b79c5efff7f7362")
  }

  @Test("Secret fields do not count, at any depth")
  func secrets() {
    let with: JSONObject = [
      "a": ["secret_fields": ["x"], "b": [["secret_fields": [], "c": 1]]], "secret_fields": [],
    ]
    let without: JSONObject = ["a": ["b": [["c": 1]]]]
    #expect(
      Prefect.BlockSchemaCreate.checksum(of: with) == Prefect.BlockSchemaCreate.checksum(of: without))
  }

  @Test("Of the definitions those count that are used and are no blocks")
  func definitions() {
    let inner: JSONValue = ["properties": ["deep": ["$ref": "#/definitions/Deep"]]]
    let properties: JSONValue = [
      "x": ["anyOf": [["$ref": "#/definitions/Inner"], ["$ref": "#/definitions/Block"]]]
    ]
    let all: JSONObject = [
      "properties": properties,
      "definitions": [
        "Inner": inner, "Deep": ["enum": ["b"]], "Block": ["block_type_slug": "block"], "Unused": [:],
        "Recursive": ["$ref": "#/definitions/Recursive"],
      ],
    ]
    let own: JSONObject = [
      "properties": properties,
      "definitions": [
        "Inner": inner, "Deep": ["enum": ["b"]], "Recursive": ["$ref": "#/definitions/Recursive"],
      ],
    ]
    #expect(Prefect.BlockSchemaCreate.checksum(of: all) == Prefect.BlockSchemaCreate.checksum(of: own))
    let blockOnly: JSONObject = [
      "properties": ["x": ["$ref": "#/definitions/Block"]],
      "definitions": ["Block": ["block_type_slug": "block"]],
    ]
    let none: JSONObject = ["properties": ["x": ["$ref": "#/definitions/Block"]]]
    #expect(Prefect.BlockSchemaCreate.checksum(of: blockOnly) == Prefect.BlockSchemaCreate.checksum(of: none))
  }
}
