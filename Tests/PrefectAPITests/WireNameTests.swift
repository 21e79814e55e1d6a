import PrefectAPI
import Testing

@Suite("Names on the wire") struct WireNameTests {
  @Test(
    "A property's name becomes a member's name",
    arguments: [
      ("name", "name"), ("flowRunID", "flow_run_id"), ("logoURL", "logo_url"), ("id", "id"),
      ("parameterOpenapiSchema", "parameter_openapi_schema"), ("any_", "any_"), ("ID", "id"),
      ("storageDocumentID", "storage_document_id"), ("isPaused", "is_paused"), ("URLText", "url_text"),
    ])
  func snakeCase(name: String, member: String) {
    #expect(WireName.snakeCase(name) == member)
  }
}
