import ArgumentParser
import Connectors
import Essentials
import FlowKit
import HTTP
import JSON
import PrefectAPI
import PrefectClient
import Runner

/// `sluice result-storage`: where a server wants the results of runs kept.
struct ResultStorageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "result-storage",
    abstract: "Where results of runs are kept that name no storage of their own.",
    subcommands: [
      ResultStorageInspectCommand.self, ResultStorageSetCommand.self, ResultStorageClearCommand.self,
    ])
}

/// `sluice result-storage inspect`.
struct ResultStorageInspectCommand: ServerCommand {
  static let configuration = CommandConfiguration(commandName: "inspect", abstract: "Prints the block.")

  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    guard let id = try await server.defaultResultStorageBlockID() else {
      return output.done(
        "No default result storage is configured.", ["default_result_storage_block_id": .null])
    }
    let block = try await server.existingBlock(id.wire)
    let name = "\(block.blockType?.slug ?? "")/\(block.name ?? "")"
    output.done(
      "Results are kept in the block '\(name)'.",
      ["default_result_storage_block_id": .string(id.wire), "block": .string(name)])
  }
}

/// `sluice result-storage set`.
struct ResultStorageSetCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Makes a block the place for results.",
    discussion: "The block must be one that keeps files: s3-bucket/name, or local-file-system/name.")

  @Argument(help: ArgumentHelp("The block.", valueName: "type/name|id"))
  var block: String
  @Flag(help: "Make the bucket of an s3-bucket where it is missing.")
  var createBucket = false
  @Option(
    help: ArgumentHelp(
      "Where this machine reaches the bucket's store, if not at the address that the block has for runs.",
      valueName: "url"))
  var endpoint: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if endpoint != nil, !createBucket { throw ValidationError("--endpoint goes with --create-bucket") }
  }

  func perform(on server: PrefectClient) async throws {
    let found = try await server.existingBlock(block)
    let name = "\(found.blockType?.slug ?? "")/\(found.name ?? "")"
    var made: String?
    if createBucket {
      guard found.blockType?.slug == S3Bucket.typeSlug, let bucket = found.name else {
        throw UsageError("--create-bucket goes with a block of type \(S3Bucket.typeSlug), not \(name)")
      }
      made = try await create(bucket, server)
    }
    try await server.setDefaultResultStorageBlock(found.id)
    output.done(
      "\(made.map { "Made the bucket '\($0)'. " } ?? "")Results are kept in the block '\(name)'.",
      [
        "default_result_storage_block_id": .string(found.id.wire), "block": .string(name),
        "created_bucket": made.map { .string($0) } ?? .null,
      ])
  }

  /// The name of the bucket where it was made; nil where it was there.
  private func create(_ name: String, _ server: PrefectClient) async throws -> String? {
    let blocks = BlockStore([PrefectBlocks(server)])
    let bucket = try await blocks.load(BlockReference<S3Bucket>(name))
    var access = try await bucket.access(blocks)
    if let endpoint { access.endpoint = endpoint }
    let store = S3(access, http: HTTPClient(configuration: .sluice))
    return try await store.createBucket(bucket.bucketName) ? bucket.bucketName : nil
  }
}

/// `sluice result-storage clear`.
struct ResultStorageClearCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear", abstract: "Leaves it to each run where its result is kept.")

  @OptionGroup var output: OutputOptions

  func perform(on server: PrefectClient) async throws {
    try await server.clearDefaultResultStorageBlock()
    output.done("Cleared the default result storage.", ["default_result_storage_block_id": .null])
  }
}
