import Essentials

/// A place where blocks are kept.
public protocol BlockSource: Sendable {
  /// The block of a type and a name; nil where this place has none. Throws where it has one that cannot be read.
  func find(type: any Block.Type, name: String) async throws -> BlockValues?
  /// The place in words, for the message that a block was not found: `files in blocks/`.
  func placesSearched(type: any Block.Type, name: String) -> [String]
}

/// All places where blocks are looked for, in order. There is no fall-back: what is in none of them is an error that
/// lists them.
public struct BlockStore: Sendable {
  private let sources: [any BlockSource]

  public init(_ sources: [any BlockSource]) { self.sources = sources }

  /// The block that a reference names.
  ///
  /// - Parameter log: is told what about the block is worth a warning.
  public func load<Target: Block>(
    _ reference: BlockReference<Target>, log: Log = .silent
  ) async throws -> Target {
    for source in sources {
      if let values = try await source.find(type: Target.self, name: reference.name) {
        for remark in values.remarks { log.warning(remark) }
        return try Target(values)
      }
    }
    let places = sources.flatMap { $0.placesSearched(type: Target.self, name: reference.name) }
    throw Misconfiguration(
      "no block \"\(reference.name)\" of type \(Target.typeSlug) was found; searched: "
        + (places.isEmpty ? "nothing, as no place is configured" : places.joined(separator: "; ")),
      remedy: "Set the variables, or write the document, at one of these places.")
  }
}
