import JSON
import Testing

@Suite("Validating against a JSON Schema") struct JSONSchemaTests {
  let schema: JSONSchema = [
    "type": "object",
    "properties": [
      "level": ["type": "integer", "minimum": 1, "maximum": 10],
      "month": ["anyOf": [["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"], ["type": "null"]]],
      "kinds": [
        "type": "array", "items": ["$ref": "#/definitions/Kind"], "minItems": 1, "uniqueItems": true,
      ],
    ],
    "required": ["level"],
    "additionalProperties": false,
    "definitions": ["Kind": ["enum": ["rain", "heat"]]],
  ]

  @Test("A valid document has no fault")
  func valid() {
    #expect(schema.faults(in: ["level": 3, "month": nil, "kinds": ["rain"]]) == [])
    #expect(schema.faults(in: ["level": 3.0, "month": "2024-01"]) == [])
  }

  @Test("All faults are found in one pass, each with its place")
  func allFaults() {
    let faults = schema.faults(in: [
      "level": 12, "month": "May", "kinds": ["rain", "snow", "rain"], "levle": 1,
    ])
    #expect(
      faults == [
        .init(path: ["level"], problem: "must be at most 10, not 12"),
        .init(path: ["month"], problem: #"must match ^[0-9]{4}-[0-9]{2}$, not "May""#),
        .init(path: ["kinds"], problem: #"has "rain" more than once"#),
        .init(path: ["kinds", "1"], problem: #"must be one of "rain", "heat", not "snow""#),
        .init(path: ["levle"], problem: "is not known; known are level, month, kinds"),
      ])
  }

  @Test("A missing member, a wrong type and a wrong alternative are told apart")
  func types() {
    #expect(schema.faults(in: [:]) == [.init(path: ["level"], problem: "is required")])
    #expect(
      schema.faults(in: ["level": "3"]) == [.init(path: ["level"], problem: #"must be an integer, not "3""#)])
    #expect(
      schema.faults(in: ["level": 2.5]) == [.init(path: ["level"], problem: "must be an integer, not 2.5")])
    #expect(
      schema.faults(in: ["level": 1, "month": 5]) == [
        .init(path: ["month"], problem: "must be a string or null, not 5")
      ])
    #expect(schema.faults(in: [1]) == [.init(path: [], problem: "must be an object, not [1]")])
  }
}
