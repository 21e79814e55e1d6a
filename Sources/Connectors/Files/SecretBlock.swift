public import Essentials
public import FlowKit

/// A secret text: the block type `secret`.
public struct SecretBlock: Block {
  public static let typeSlug = "secret"

  public let value: Secret<String>

  public init(_ values: BlockValues) throws { value = Secret(try values.string("value")) }
}
