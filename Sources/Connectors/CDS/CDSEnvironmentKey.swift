public import FlowKit

/// A key in the environment with the address in a file of the store's clients: `CDSAPI_KEY` beside the `url:` of
/// `~/.cdsapirc`. They make the block `cds`, as `cdsapi` puts them together; without this the key would go to the public
/// store. It stands before ``EnvironmentBlocks``.
public struct CDSEnvironmentKey: BlockSource {
  private let files: CDSConfigurationFiles

  public init(environment: [String: String]) { files = CDSConfigurationFiles(environment: environment) }

  public func find(type: any Block.Type, name: String) throws -> BlockValues? {
    guard type is CDSCredentials.Type, name == "cds",
      let family = files.families.first(where: { $0.key != nil }), let key = family.key, family.url == nil
    else { return nil }
    let (values, remarks) = try CDSConfigurationFiles.members(of: family.path)
    guard let url = values["url"] else { return nil }
    return BlockValues(
      typeSlug: CDSCredentials.typeSlug, name: name, values: ["url": url, "key": .string(key)],
      origin: "the environment and \(family.path)", remarks: remarks)
  }

  /// Nothing of its own: the environment and the files tell.
  public func placesSearched(type: any Block.Type, name: String) -> [String] { [] }
}
