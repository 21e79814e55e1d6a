internal import CDeflate
import Essentials

/// Packs the bodies of requests. DHIS2 knows packed ones by their first bytes.
enum PackedBody {
  /// The bytes as gzip (RFC 1952), packed for speed: rows repeat each other so much that the quickest way makes them a
  /// fifteenth already.
  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    guard let compressor = libdeflate_alloc_compressor(1) else {
      throw Fault("packing a request as gzip: there is no memory")
    }
    defer { libdeflate_free_compressor(compressor) }
    let most = libdeflate_gzip_compress_bound(compressor, bytes.count)
    return [UInt8](unsafeUninitializedCapacity: most) { output, filled in
      bytes.withUnsafeBufferPointer { input in
        // Never 0, which would mean that it does not fit.
        filled = libdeflate_gzip_compress(
          compressor, input.baseAddress, input.count, output.baseAddress, output.count)
      }
    }
  }
}
