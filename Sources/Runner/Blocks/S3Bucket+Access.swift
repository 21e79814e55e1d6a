package import Connectors
package import FlowKit

extension S3Bucket {
  /// The access to the bucket: what stands in the block, or in the block that it names.
  package func access(_ blocks: BlockStore) async throws -> S3Access {
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
