import Essentials
public import FlowKit

/// A folder that file names are relative to: the block type `local-file-system`.
public struct LocalFileSystem: Block {
  public static let typeSlug = "local-file-system"

  /// The folder; nil for the working directory.
  public let basepath: String?

  public init(_ values: BlockValues) throws { basepath = try values.optionalString("basepath") }

  /// The location of a file in the folder.
  ///
  /// - Throws: ``Misconfiguration`` where the name leads out of the folder.
  public func location(of name: String) throws -> Location {
    guard !name.split(separator: "/").contains(".."), !name.hasPrefix("/") else {
      throw Misconfiguration("\"\(name)\" leads out of the folder \(basepath ?? ".")")
    }
    return Location.file(basepath ?? "").appending(name)
  }
}
