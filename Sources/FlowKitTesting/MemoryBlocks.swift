public import FlowKit
public import JSON

/// Blocks that a test writes down.
public struct MemoryBlocks: BlockSource {
  private var documents: [String: JSONObject] = [:]

  public init() {}

  /// Adds a block of a type: `blocks.add(DHIS2Credentials.self, "dhis2", ["base_url": ...])`.
  public mutating func add(_ type: any Block.Type, _ name: String, _ values: JSONObject) {
    documents["\(type.typeSlug)/\(name)"] = values
  }

  public func find(type: any Block.Type, name: String) -> BlockValues? {
    documents["\(type.typeSlug)/\(name)"].map {
      BlockValues(typeSlug: type.typeSlug, name: name, values: $0, origin: "memory")
    }
  }

  public func placesSearched(type: any Block.Type, name: String) -> [String] { ["the blocks of the test"] }
}
