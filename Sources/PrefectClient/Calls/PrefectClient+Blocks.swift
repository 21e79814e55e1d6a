public import FoundationEssentials
import HTTP
import JSON
public import PrefectAPI

extension PrefectClient {
  // MARK: Block types

  public func createBlockType(_ type: Prefect.BlockTypeCreate) async throws -> Prefect.BlockType {
    try await create(
      Prefect.BlockType.self,
      PrefectCall(.post, "/block_types/", body: type.wireDocument(), "creating", "block type \(type.slug)")
    ) { try await self.blockType(type.slug) }
  }

  /// The block type of a slug; nil where there is none.
  public func blockType(_ slug: String) async throws -> Prefect.BlockType? {
    try await find(
      Prefect.BlockType.self,
      PrefectCall(.get, "/block_types/slug/\(Self.segment(slug))", "reading", "block type \(slug)"))
  }

  /// - Parameter limit: how many at most; nil for all.
  public func blockTypes(
    _ filter: Prefect.BlockTypeFilter = Prefect.BlockTypeFilter(), limit: Int? = nil, offset: Int = 0
  ) async throws -> [Prefect.BlockType] {
    var filters = Prefect.Filters()
    filters.blockTypes = filter
    return try await list(
      Prefect.BlockType.self, "/block_types/filter", filters, sort: nil, limit: limit, offset: offset,
      "block types")
  }

  public func updateBlockType(_ id: UUID, _ update: Prefect.BlockTypeUpdate) async throws {
    try await perform(
      PrefectCall(
        .patch, "/block_types/\(id.wire)", body: update.wireDocument(), "changing", "block type \(id.wire)"))
  }

  public func deleteBlockType(_ id: UUID) async throws {
    try await perform(PrefectCall(.delete, "/block_types/\(id.wire)", "deleting", "block type \(id.wire)"))
  }

  // MARK: Block schemas

  /// Makes a schema, or gives the one of the same fields and version.
  public func createBlockSchema(_ schema: Prefect.BlockSchemaCreate) async throws -> Prefect.BlockSchema {
    try await decode(
      Prefect.BlockSchema.self,
      PrefectCall(
        .post, "/block_schemas/", body: schema.wireDocument(), "creating",
        "block schema of block type \(schema.blockTypeID.wire)"))
  }

  /// The schema of a checksum; nil where there is none.
  ///
  /// - Parameter version: nil for the newest.
  public func blockSchema(
    checksum: String, version: String? = nil
  ) async throws -> Prefect.BlockSchema? {
    try await find(
      Prefect.BlockSchema.self,
      PrefectCall(
        .get, "/block_schemas/checksum/\(Self.segment(checksum))",
        query: version.map { [("version", $0)] } ?? [], "reading", "block schema \(checksum)"))
  }

  public func blockSchemas(
    _ filter: Prefect.BlockSchemaFilter, limit: Int? = nil, offset: Int = 0
  ) async throws -> [Prefect.BlockSchema] {
    var filters = Prefect.Filters()
    filters.blockSchemas = filter
    return try await list(
      Prefect.BlockSchema.self, "/block_schemas/filter", filters, sort: nil, limit: limit, offset: offset,
      "block schemas")
  }

  // MARK: Block documents

  public func createBlockDocument(
    _ document: Prefect.BlockDocumentCreate
  ) async throws -> Prefect.BlockDocument {
    let name = document.name ?? "without a name"
    return try await create(
      Prefect.BlockDocument.self,
      PrefectCall(.post, "/block_documents/", body: document.wireDocument(), "creating", "block \(name)")
    ) {
      var filters = Prefect.BlockDocumentFilter()
      filters.blockTypeID = .any(document.blockTypeID)
      filters.name = .any(name)
      return try await self.blockDocuments(filters, limit: 1).first
    }
  }

  /// The block of a type and name; nil where there is none.
  public func blockDocument(
    type slug: String, name: String, includeSecrets: Bool
  ) async throws -> Prefect.BlockDocument? {
    try await find(
      Prefect.BlockDocument.self,
      PrefectCall(
        .get, "/block_types/slug/\(Self.segment(slug))/block_documents/name/\(Self.segment(name))",
        query: [("include_secrets", String(includeSecrets))], "reading", "block \(slug)/\(name)"))
  }

  public func blockDocument(_ id: UUID, includeSecrets: Bool) async throws -> Prefect.BlockDocument {
    try await decode(
      Prefect.BlockDocument.self,
      PrefectCall(
        .get, "/block_documents/\(id.wire)", query: [("include_secrets", String(includeSecrets))], "reading",
        "block \(id.wire)"))
  }

  /// - Parameter limit: how many at most; nil for all.
  public func blockDocuments(
    _ filter: Prefect.BlockDocumentFilter? = nil, types: Prefect.BlockTypeFilter? = nil,
    includeSecrets: Bool = false, sort: Prefect.BlockDocumentSort? = nil, limit: Int? = nil, offset: Int = 0
  ) async throws -> [Prefect.BlockDocument] {
    var filters = Prefect.Filters()
    filters.blockDocuments = filter
    filters.blockTypes = types
    return try await list(
      Prefect.BlockDocument.self, "/block_documents/filter", filters, sort: sort?.rawValue, limit: limit,
      offset: offset, "blocks", also: ["include_secrets": .bool(includeSecrets)])
  }

  public func updateBlockDocument(_ id: UUID, _ update: Prefect.BlockDocumentUpdate) async throws {
    try await perform(
      PrefectCall(
        .patch, "/block_documents/\(id.wire)", body: update.wireDocument(), "changing", "block \(id.wire)"))
  }

  public func deleteBlockDocument(_ id: UUID) async throws {
    try await perform(PrefectCall(.delete, "/block_documents/\(id.wire)", "deleting", "block \(id.wire)"))
  }

  // MARK: Variables

  public func createVariable(_ variable: Prefect.VariableCreate) async throws -> Prefect.Variable {
    try await create(
      Prefect.Variable.self,
      PrefectCall(
        .post, "/variables/", body: variable.wireDocument(), "creating", "variable \(variable.name)")
    ) { try await self.variable(variable.name) }
  }

  /// The variable of a name; nil where there is none.
  public func variable(_ name: String) async throws -> Prefect.Variable? {
    try await find(
      Prefect.Variable.self,
      PrefectCall(.get, "/variables/name/\(Self.segment(name))", "reading", "variable \(name)"))
  }

  /// - Parameter limit: how many at most; nil for all.
  public func variables(
    _ filter: Prefect.VariableFilter = Prefect.VariableFilter(), sort: Prefect.VariableSort? = nil,
    limit: Int? = nil, offset: Int = 0
  ) async throws -> [Prefect.Variable] {
    var filters = Prefect.Filters()
    filters.variables = filter
    return try await list(
      Prefect.Variable.self, "/variables/filter", filters, sort: sort?.rawValue, limit: limit, offset: offset,
      "variables")
  }

  public func updateVariable(_ name: String, _ update: Prefect.VariableUpdate) async throws {
    try await perform(
      PrefectCall(
        .patch, "/variables/name/\(Self.segment(name))", body: update.wireDocument(), "changing",
        "variable \(name)"))
  }

  public func deleteVariable(_ name: String) async throws {
    try await perform(
      PrefectCall(.delete, "/variables/name/\(Self.segment(name))", "deleting", "variable \(name)"))
  }
}
