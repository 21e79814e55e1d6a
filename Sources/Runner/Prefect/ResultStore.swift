import Connectors
import Essentials
public import FlowKit
import Foundation
public import HTTP
import PrefectAPI
public import PrefectClient

/// Where the results of runs are kept, in the form in which Prefect's own programs read them: a JSON record with the
/// result as JSON text in it.
public struct ResultStore: Sendable {
  private enum Place: Sendable {
    case folder(String)
    case bucket(S3Bucket)
  }

  /// The name of the block of the storage, `s3-bucket/results`; nil for the server's default, else the folder.
  private let block: String?
  private let folder: String
  private let client: PrefectClient
  private let blocks: BlockStore
  private let http: HTTPClient

  /// - Parameters:
  ///   - block: the storage, `s3-bucket/name` or `local-file-system/name`; nil for the one that the server has as its
  ///     default. It is looked for when the first result is kept.
  ///   - folder: where results are kept without either.
  ///   - client: knows the block's id, by which others find the result.
  public init(block: String?, folder: String, client: PrefectClient, blocks: BlockStore, http: HTTPClient) {
    self.block = block
    self.folder = folder
    self.client = client
    self.blocks = blocks
    self.http = http
  }

  /// Keeps the result of a run, and gives what its state says about where.
  func keep(_ result: JSONValue, run: UUID) async throws -> Prefect.ResultRecordMetadata {
    let (place, document) = try await find()
    var metadata = Prefect.ResultRecordMetadata(
      storageKey: run.wire, serializer: Self.serializer, storageBlockID: document)
    switch place {
    case .folder(let folder):
      let location = Location.file(folder).appending(run.wire)
      // A path without a block behind it must say by itself where it is.
      if document == nil { metadata.storageKey = URL(filePath: location.description).path }
      try await Storage().write(try Self.record(result, metadata).bytes(), to: location)
    case .bucket(let bucket):
      let location = try bucket.location(of: run.wire)
      if document == nil { metadata.storageKey = location.description }
      let storage = Storage { S3(try await bucket.access(blocks), http: http) }
      try await storage.write(try Self.record(result, metadata).bytes(), to: location)
    }
    return metadata
  }

  private func find() async throws -> (Place, UUID?) {
    guard let block = try await name() else { return (.folder(folder), nil) }
    let parts = block.split(separator: "/", maxSplits: 1).map(String.init)
    let place: Place
    switch parts.first {
    case S3Bucket.typeSlug? where parts.count == 2:
      place = .bucket(try await blocks.load(BlockReference<S3Bucket>(parts[1])))
    case LocalFileSystem.typeSlug? where parts.count == 2:
      let files = try await blocks.load(BlockReference<LocalFileSystem>(parts[1]))
      place = .folder(files.basepath ?? folder)
    default:
      throw Misconfiguration(
        "results cannot be kept in the block \(block)",
        remedy:
          "Set PREFECT_RESULTS_DEFAULT_STORAGE_BLOCK, or the server's result storage, to s3-bucket/name or local-file-system/name."
      )
    }
    return (place, try await client.blockDocument(type: parts[0], name: parts[1], includeSecrets: false)?.id)
  }

  /// The block that was set, or the server's default.
  private func name() async throws -> String? {
    if let block { return block }
    do {
      guard let id = try await client.defaultResultStorageBlockID() else { return nil }
      let document = try await client.blockDocument(id, includeSecrets: false)
      guard let type = document.blockType?.slug, let name = document.name else { return nil }
      return "\(type)/\(name)"
    } catch let failure as PrefectFailure where failure.kind == .transient || failure.isNotFound {
      // A run goes on without the API, and a result in a folder is better than none.
      return nil
    }
  }

  static let serializer: JSONObject = ["type": "json", "jsonlib": "json"]

  static func record(_ result: JSONValue, _ metadata: Prefect.ResultRecordMetadata) throws -> JSONValue {
    ["metadata": try metadata.wireDocument(), "result": .string(result.redacted.text())]
  }
}
