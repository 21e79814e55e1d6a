public import FoundationEssentials
public import JSON

extension Prefect {
  /// A kind of block: what it is called and how it is shown.
  public struct BlockType: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String
    public var slug: String
    public var logoURL: String?
    public var documentationURL: String?
    public var description: String?
    public var codeExample: String?
    /// Whether it came with the server and may not be changed.
    public var isProtected: Bool
  }

  /// A block type to be made.
  public struct BlockTypeCreate: Codable, Sendable, Equatable {
    public var name: String
    public var slug: String
    public var logoURL: String?
    public var documentationURL: String?
    public var description: String?
    public var codeExample: String?

    public init(name: String, slug: String) {
      self.name = name
      self.slug = slug
    }
  }

  /// What a PATCH changes of a block type; what is nil stays.
  public struct BlockTypeUpdate: Codable, Sendable, Equatable {
    public var logoURL: String?
    public var documentationURL: String?
    public var description: String?
    public var codeExample: String?

    public init() {}
  }

  /// The fields of a block type, in one of its versions.
  public struct BlockSchema: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    /// `sha256:…` over the fields; see ``BlockSchemaCreate/checksum``.
    public var checksum: String
    public var fields: JSONObject
    public var blockTypeID: UUID?
    public var blockType: BlockType?
    public var capabilities: [String]
    public var version: String?
  }

  /// A schema to be made; one of the same fields is given back.
  public struct BlockSchemaCreate: Codable, Sendable, Equatable {
    /// A JSON Schema with `block_type_slug`, `secret_fields` and `block_schema_references` beside it.
    public var fields: JSONObject
    public var blockTypeID: UUID
    public var capabilities: [String]
    public var version: String

    public init(
      fields: JSONObject, blockTypeID: UUID, capabilities: [String] = [],
      version: String = BlockSchemaCreate.nonVersioned
    ) {
      self.fields = fields
      self.blockTypeID = blockTypeID
      self.capabilities = capabilities
      self.version = version
    }

    /// The version of schemas that belong to no released package.
    public static let nonVersioned = "non-versioned"
  }

  /// A block: values under a name.
  public struct BlockDocument: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String?
    /// Secrets are `********` unless they were asked for; blocks within come inlined.
    public var data: JSONObject
    public var blockSchemaID: UUID
    public var blockSchema: BlockSchema?
    public var blockTypeID: UUID
    public var blockTypeName: String?
    public var blockType: BlockType?
    public var blockDocumentReferences: JSONObject
    public var isAnonymous: Bool
  }

  /// A block to be made.
  public struct BlockDocumentCreate: Codable, Sendable, Equatable {
    public var name: String?
    /// Secrets in clear. A block within is `{"$ref": {"block_document_id": "…"}}`.
    public var data: JSONObject
    public var blockSchemaID: UUID
    public var blockTypeID: UUID
    public var isAnonymous: Bool

    public init(name: String?, data: JSONObject, blockSchemaID: UUID, blockTypeID: UUID) {
      self.name = name
      self.data = data
      self.blockSchemaID = blockSchemaID
      self.blockTypeID = blockTypeID
      isAnonymous = name == nil
    }
  }

  /// What a PATCH changes of a block. A secret that comes back as `********` stays as it was.
  public struct BlockDocumentUpdate: Codable, Sendable, Equatable {
    public var data: JSONObject
    public var blockSchemaID: UUID?
    /// Whether members that `data` does not mention stay.
    public var mergeExistingData: Bool

    public init(data: JSONObject, blockSchemaID: UUID? = nil, mergeExistingData: Bool = true) {
      self.data = data
      self.blockSchemaID = blockSchemaID
      self.mergeExistingData = mergeExistingData
    }
  }

  /// A value under a name.
  public struct Variable: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String
    public var value: JSONValue
    public var tags: [String]
  }

  /// A variable to be made.
  public struct VariableCreate: Codable, Sendable, Equatable {
    /// Small letters, digits, dashes and underscores.
    public var name: String
    public var value: JSONValue
    public var tags: [String]

    public init(name: String, value: JSONValue, tags: [String] = []) {
      self.name = name
      self.value = value
      self.tags = tags
    }
  }

  /// What a PATCH changes of a variable; what is nil stays.
  public struct VariableUpdate: Codable, Sendable, Equatable {
    public var name: String?
    public var value: JSONValue?
    public var tags: [String]?

    public init(value: JSONValue? = nil, tags: [String]? = nil) {
      self.value = value
      self.tags = tags
    }
  }
}
