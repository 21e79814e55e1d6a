import CZlib
import Essentials

/// Packs as gzip (RFC 1952): one member, without name and time, so that the same content gives the same bytes.
actor GzipSink: ByteSink {
  private let packed: any ByteSink
  private let deflation = Deflation()

  init(_ packed: any ByteSink) { self.packed = packed }

  func write(_ bytes: [UInt8]) async throws {
    let output = try deflation.deflate(bytes, Z_NO_FLUSH)
    if !output.isEmpty { try await packed.write(output) }
  }

  func finish() async throws {
    try await packed.write(try deflation.deflate([], Z_FINISH))
    try await packed.finish()
  }

  func abandon() async { await packed.abandon() }
}

/// zlib's stream for packing.
private final class Deflation {
  // On the heap, as zlib notes the address of its stream.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let isReady: Bool

  init() {
    stream.initialize(to: z_stream())
    // 31: a window of 32 KiB, in gzip's wrapping; 8: zlib's usual amount of memory.
    isReady =
      deflateInit2_(
        stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, zlibVersion(),
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  func deflate(_ bytes: [UInt8], _ flush: Int32) throws -> [UInt8] {
    guard isReady else { throw Fault("packing as gzip: zlib has no memory") }
    var result: [UInt8] = []
    bytes.withUnsafeBufferPointer { input in
      // zlib does not write to its input; its header was written before C had a word for that.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      var isFull = true
      while isFull {
        result += [UInt8](unsafeUninitializedCapacity: chunkSize) { output, filled in
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(chunkSize)
          _ = CZlib.deflate(stream, flush)
          filled = chunkSize - Int(stream.pointee.avail_out)
        }
        isFull = stream.pointee.avail_out == 0
      }
    }
    return result
  }
}
