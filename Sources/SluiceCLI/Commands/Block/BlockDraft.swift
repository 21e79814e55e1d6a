import Essentials
import FoundationEssentials
import JSON
import PrefectAPI
import PrefectClient

/// A block as it is to be on the server.
struct BlockDraft {
  enum Status: String { case created, unchanged, changed, differs }

  let type: String
  let name: String
  let data: JSONObject
  /// Where it stands, for messages.
  let origin: String

  /// Creates the block. One that is there with other values is left alone, and reported, unless it is to be changed.
  func apply(on server: PrefectClient, overwrites: Bool) async throws -> Status {
    let schema = try await schema(on: server)
    for secret in secrets(of: schema) { Redaction.register(secret) }
    try check(schema)
    let data = try await references(in: schema, on: server)
    guard let typeID = schema.blockTypeID else {
      throw Misconfiguration("the server has a schema of block type \(type) that belongs to no type")
    }
    guard let present = try await server.blockDocument(type: type, name: name, includeSecrets: true) else {
      _ = try await server.createBlockDocument(
        Prefect.BlockDocumentCreate(name: name, data: data, blockSchemaID: schema.id, blockTypeID: typeID))
      return .created
    }
    let properties = schema.fields["properties"]
    let isUnchanged = Set(data.keys + present.data.keys).allSatisfy { key in
      // Python's client writes out what is left to a default.
      isSame(data[key] ?? properties?[key]?["default"] ?? .null, as: present, at: key)
    }
    if isUnchanged { return .unchanged }
    guard overwrites else { return .differs }
    try await server.updateBlockDocument(
      present.id, Prefect.BlockDocumentUpdate(data: data, blockSchemaID: schema.id, mergeExistingData: false))
    return .changed
  }

  /// Our schema for types of ours, else the newest that the server has.
  private func schema(on server: PrefectClient) async throws -> Prefect.BlockSchema {
    if let definition = KnownBlocks.definitions.first(where: { $0.slug == type }) {
      var schema = try await server.register(definition).schema
      if schema.blockTypeID == nil { schema.blockTypeID = try await server.existingBlockType(type).id }
      return schema
    }
    let known = try await server.existingBlockType(type)
    var filter = Prefect.BlockSchemaFilter()
    filter.blockTypeID = .any(known.id)
    let schemas = try await server.blockSchemas(filter)
    let newest = schemas.max { ($0.created ?? .distantPast) < ($1.created ?? .distantPast) }
    guard var schema = newest else {
      throw Misconfiguration("the server has no schema of the block type \(type)")
    }
    schema.blockTypeID = known.id
    return schema
  }

  private func check(_ schema: Prefect.BlockSchema) throws {
    let properties = schema.fields["properties"]?.object ?? [:]
    if let unknown = data.keys.first(where: { properties[$0] == nil }) {
      throw Misconfiguration(
        "block \(type)/\(name) (\(origin)) has the unknown member \(unknown)",
        remedy: "Blocks of this type have: \(properties.keys.joined(separator: ", ")).")
    }
    let required = schema.fields["required"]?.array?.compactMap(\.string) ?? []
    if let missing = required.first(where: { data[$0]?.isNull ?? true }) {
      throw Misconfiguration("block \(type)/\(name) (\(origin)) has no value for \(missing)")
    }
  }

  /// The texts that must not be shown.
  private func secrets(of schema: Prefect.BlockSchema) -> [String] {
    let names = schema.fields["secret_fields"]?.array?.compactMap(\.string) ?? []
    return names.compactMap { data[$0]?.string }
  }

  /// The data with the names of other blocks, `minio-credentials/archive`, turned into references to them.
  private func references(in schema: Prefect.BlockSchema, on server: PrefectClient) async throws -> JSONObject
  {
    let members = schema.fields["block_schema_references"]?.object ?? [:]
    var result = data
    for (key, value) in data where members[key] != nil && !value.isNull {
      guard let text = value.string, text.contains("/") else {
        throw Misconfiguration(
          "block \(type)/\(name) (\(origin)): \(key) must name a block, as type/name, not \(value.typeInWords)",
          remedy: "Write what it has as a block of its own, and name that here.")
      }
      let block = try await server.existingBlock(text)
      result[key] = ["$ref": ["block_document_id": .string(block.id.wire)]]
    }
    return result
  }

  private func isSame(_ value: JSONValue, as present: Prefect.BlockDocument, at key: String) -> Bool {
    if let id = value["$ref"]?["block_document_id"] {
      return present.blockDocumentReferences[key]?["block_document"]?["id"] == id
    }
    return (present.data[key] ?? (data[key] == nil ? value : .null)) == value
  }
}
