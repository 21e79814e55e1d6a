internal import CZlib

/// Bodies that are gzip are known by their first bytes, whatever the headers say (StreamUtils).
enum Gzip {
  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.count > 2 && bytes[0] == 0x1F && bytes[1] == 0x8B }

  /// Unpacked; nil where the stream is broken.
  static func unpack(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit2_(&stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      return nil
    }
    defer { inflateEnd(&stream) }
    var source = bytes
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let status = source.withUnsafeMutableBufferPointer { input -> Int32 in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      while true {
        let status = buffer.withUnsafeMutableBufferPointer { output -> Int32 in
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          return inflate(&stream, Z_NO_FLUSH)
        }
        result.append(contentsOf: buffer.prefix(buffer.count - Int(stream.avail_out)))
        guard status == Z_OK, stream.avail_out == 0 || stream.avail_in > 0 else { return status }
      }
    }
    return status == Z_STREAM_END ? result : nil
  }
}
