package import JSON
package import PrefectAPI

/// A block type that a program brings along: what the server is to know of it.
package struct BlockDefinition: Sendable {
  /// A member of the block; all are texts.
  package struct Field: Sendable {
    let name: String
    let description: String
    let isSecret: Bool
    let isRequired: Bool

    package init(_ name: String, _ description: String, isSecret: Bool = false, isRequired: Bool = false) {
      self.name = name
      self.description = description
      self.isSecret = isSecret
      self.isRequired = isRequired
    }
  }

  package let slug: String
  /// What people see, and the title of the schema: by custom the name of the class in Python.
  package let name: String
  let title: String
  let description: String
  let fields: [Field]

  package init(slug: String, name: String, title: String, description: String, fields: [Field]) {
    self.slug = slug
    self.name = name
    self.title = title
    self.description = description
    self.fields = fields
  }

  /// The schema's fields, as Prefect's own client writes them for a class of the same members.
  package var schema: JSONObject {
    var properties = JSONObject()
    for (position, field) in fields.enumerated() {
      let text: JSONObject =
        field.isSecret ? ["format": "password", "type": "string", "writeOnly": true] : ["type": "string"]
      var property: JSONObject =
        field.isRequired ? text : ["anyOf": [.object(text), ["type": "null"]], "default": .null]
      property["description"] = .string(field.description)
      property["title"] = .string(Self.title(of: field.name))
      property["position"] = .integer(position)
      properties[field.name] = .object(property)
    }
    return [
      "block_schema_references": [:], "block_type_slug": .string(slug), "description": .string(description),
      "properties": .object(properties),
      "required": .array(fields.filter(\.isRequired).map { .string($0.name) }),
      "secret_fields": .array(fields.filter(\.isSecret).map { .string($0.name) }), "title": .string(title),
      "type": "object",
    ]
  }

  /// `base_url` becomes `Base Url`, as pydantic has it.
  private static func title(of name: String) -> String {
    name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
  }
}

extension PrefectClient {
  /// Makes a block type and its schema known. What is there already stays: a type of the same slug that Prefect's own
  /// client registered keeps its name, and gets this schema beside its own.
  ///
  /// - Returns: the schema, and whether anything was made.
  package func register(
    _ definition: BlockDefinition
  ) async throws -> (schema: Prefect.BlockSchema, isNew: Bool) {
    var isNew = false
    let type: Prefect.BlockType
    if let present = try await blockType(definition.slug) {
      type = present
    } else {
      var create = Prefect.BlockTypeCreate(name: definition.name, slug: definition.slug)
      create.description = definition.description
      type = try await createBlockType(create)
      isNew = true
    }
    let create = Prefect.BlockSchemaCreate(fields: definition.schema, blockTypeID: type.id)
    if let present = try await blockSchema(checksum: create.checksum, version: create.version) {
      return (present, isNew)
    }
    return (try await createBlockSchema(create), true)
  }
}
