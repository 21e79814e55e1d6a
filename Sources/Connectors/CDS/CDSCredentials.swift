public import Essentials
public import FlowKit

/// How to reach the Climate Data Store: the block type `cds-credentials`.
public struct CDSCredentials: Block {
  public static let typeSlug = "cds-credentials"
  public static let environment = [
    EnvironmentBlock(name: "cds", variables: ["url": "CDSAPI_URL", "key": "CDSAPI_KEY"], required: ["key"]),
    // The names of the store's newer client.
    EnvironmentBlock(
      name: "cds", variables: ["url": "ECMWF_DATASTORES_URL", "key": "ECMWF_DATASTORES_KEY"],
      required: ["key"]),
  ]

  /// The API of the public store.
  public static let publicStore = "https://cds.climate.copernicus.eu/api"

  /// The API's address without a slash at its end.
  public let url: String
  /// The personal access token of the user's profile page.
  public let key: Secret<String>

  public init(_ values: BlockValues) throws {
    url = try values.url("url", default: Self.publicStore)
    let key = try values.string("key")
    guard !key.contains(":") else {
      throw Misconfiguration(
        "block \"\(values.name)\" (\(values.typeSlug), from \(values.origin)): the key has the old form UID:KEY, which the store refuses since 2024",
        remedy: "Copy the personal access token from your profile page at the Climate Data Store.")
    }
    self.key = Secret(key)
  }
}
