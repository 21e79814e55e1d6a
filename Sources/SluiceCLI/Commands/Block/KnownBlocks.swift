import Connectors
import FlowKit
import PrefectClient

/// The block types of this program that no Prefect server knows by itself.
enum KnownBlocks {
  static let definitions = [
    BlockDefinition(
      slug: DHIS2Credentials.typeSlug, name: "dhis2-credentials", title: "Dhis2Credentials",
      description: "How to log in to a DHIS2 server: user name and password, or a personal access token.",
      fields: [
        .init("base_url", "The server's address, without /api", isRequired: true),
        .init("username", "The user's name"),
        .init("password", "The user's password", isSecret: true),
        .init("token", "A personal access token, instead of user name and password", isSecret: true),
      ]),
    BlockDefinition(
      slug: CDSCredentials.typeSlug, name: "cds-credentials", title: "CdsCredentials",
      description: "How to reach the Climate Data Store.",
      fields: [
        .init(
          "key", "The personal access token of the user's profile page", isSecret: true, isRequired: true),
        .init("url", "The API's address; without it the public store"),
      ]),
  ]

  /// Types of which the environment can make a block.
  static let fromEnvironment: [any Block.Type] = [
    DHIS2Credentials.self, CDSCredentials.self, AWSCredentials.self, GitHubCredentials.self,
  ]
}
