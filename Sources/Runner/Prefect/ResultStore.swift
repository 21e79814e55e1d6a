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

  /// The name of the block of the storage, `s3-bucket/results`; nil for the folder.
  private let block: String?
  private let folder: String
  private let client: PrefectClient
  private let blocks: BlockStore
  private let http: HTTPClient

  /// - Parameters:
  ///   - block: the storage, `s3-bucket/name` or `local-file-system/name`; nil for the folder. It is looked for when
  ///     the first result is kept.
  ///   - folder: where results are kept without a block.
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
    guard let block else { return (.folder(folder), nil) }
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
        remedy: "Set PREFECT_RESULTS_DEFAULT_STORAGE_BLOCK to s3-bucket/name or local-file-system/name.")
    }
    return (place, try await client.blockDocument(type: parts[0], name: parts[1], includeSecrets: false)?.id)
  }

  static let serializer: JSONObject = ["type": "json", "jsonlib": "json"]

  static func record(_ result: JSONValue, _ metadata: Prefect.ResultRecordMetadata) throws -> JSONValue {
    ["metadata": try metadata.wireDocument(), "result": .string(Redaction.redact(result.text()))]
  }
}

extension S3Bucket {
  fileprivate func access(_ blocks: BlockStore) async throws -> S3Access {
    switch credentials {
    case .inline(let access): return access
    case .block(let reference):
      switch reference.kind {
      case .minIO: return try await blocks.load(BlockReference<MinIOCredentials>(reference.name)).access
      case .aws, .bucket: return try await blocks.load(BlockReference<AWSCredentials>(reference.name)).access
      }
    }
  }
}
