import Essentials
public import FlowKit
import FoundationEssentials
import PrefectAPI
public import PrefectClient

/// Blocks that are kept at a Prefect server, as its integrations and its user interface write them.
public struct PrefectBlocks: BlockSource {
  private let client: PrefectClient

  public init(_ client: PrefectClient) { self.client = client }

  public func find(type: any FlowKit.Block.Type, name: String) async throws -> BlockValues? {
    try await find(slug: type.typeSlug, name: name)
  }

  public func placesSearched(type: any FlowKit.Block.Type, name: String) -> [String] {
    ["blocks of the Prefect server at \(client.configuration.uiURL) (\(type.typeSlug)/\(name))"]
  }

  func find(slug: String, name: String) async throws -> BlockValues? {
    guard let document = try await client.blockDocument(type: slug, name: name, includeSecrets: true) else {
      return nil
    }
    let secrets = document.blockSchema?.fields["secret_fields"]?.array?.compactMap(\.string) ?? []
    for path in secrets {
      Self.register(.object(document.data), path.split(separator: ".").map(String.init)[...])
    }
    return BlockValues(
      typeSlug: slug, name: name, values: document.data,
      origin: "the Prefect server at \(client.configuration.uiURL)")
  }

  /// Makes known what is secret, as the schema's `secret_fields` say it: `password`, `nested.token`, `extra.*`.
  static func register(_ value: JSONValue, _ path: ArraySlice<String>) {
    guard let first = path.first else {
      switch value {
      case .string(let text): Redaction.register(text)
      case .array(let elements): for element in elements { register(element, path) }
      case .object(let members): for (_, member) in members { register(member, path) }
      default: break
      }
      return
    }
    switch value {
    case .object(let members):
      for (key, member) in members where first == "*" || key == first { register(member, path.dropFirst()) }
    case .array(let elements): for element in elements { register(element, path) }
    default: break
    }
  }
}

extension BlockStore {
  /// The secret that a block of a type stands for in a text: the value of a `secret`, the token of credentials.
  func secretText(type: String, name: String) async throws -> String? {
    let values = try await values(type: type, name: name)
    for key in Self.secretKeys {
      if let secret = try values.optionalSecret(key) { return secret.reveal() }
    }
    return nil
  }

  /// What a block of a type has in it.
  func document(type: String, name: String) async throws -> JSONObject {
    let values = try await values(type: type, name: name)
    // Made known as secrets: the type may be one of which nothing is known here.
    for key in Self.secretKeys where values[key]?.string != nil { _ = try values.optionalSecret(key) }
    return values.document
  }

  private static let secretKeys = ["value", "token", "access_token", "password"]

  private func values(type: String, name: String) async throws -> BlockValues {
    struct AnyBlock: FlowKit.Block {
      static var typeSlug: String { slug ?? "" }
      @TaskLocal static var slug: String?
      let values: BlockValues
      init(_ values: BlockValues) throws { self.values = values }
    }
    return try await AnyBlock.$slug.withValue(type) {
      try await load(BlockReference<AnyBlock>(name)).values
    }
  }
}
