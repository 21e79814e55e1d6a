import CZlib
import Essentials

/// Packs the bodies of requests. DHIS2 knows packed ones by their first bytes.
enum PackedBody {
  /// The bytes as gzip (RFC 1952), packed for speed: rows repeat each other so much that the quickest way makes them a
  /// tenth already.
  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    // 31: a window of 32 KiB, in gzip's wrapping; 8: zlib's usual amount of memory.
    guard
      deflateInit2_(
        &stream, Z_BEST_SPEED, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, zlibVersion(),
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw Fault("packing a request as gzip: zlib has no memory") }
    defer { deflateEnd(&stream) }
    let most = Int(deflateBound(&stream, UInt(bytes.count)))
    let packed = [UInt8](unsafeUninitializedCapacity: most) { output, filled in
      bytes.withUnsafeBufferPointer { input in
        // zlib does not write to its input; its header was written before C had a word for that.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        _ = deflate(&stream, Z_FINISH)
        filled = output.count - Int(stream.avail_out)
      }
    }
    return packed
  }
}
