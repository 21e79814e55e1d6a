internal import CZlib
internal import Essentials

/// ZIP archives as the Climate Data Store packs NetCDF: deflate at level 0, so that members are packed in form only.
enum ZipFile {
  static func make(_ members: [(name: String, content: [UInt8])]) throws -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, content) in members {
      let offset = archive.count
      let packed = try deflated(content)
      var fields: [UInt8] = []
      fields.append16(20)  // version needed
      fields.append16(0)  // flags
      fields.append16(8)  // deflate
      fields.append16(0)  // time
      fields.append16(0x5C21)  // 2026-01-01
      fields.append32(CRC32.of(content))
      fields.append32(UInt32(packed.count))
      fields.append32(UInt32(content.count))
      fields.append16(UInt16(name.utf8.count))
      fields.append16(0)  // extra
      archive.append32(0x0403_4b50)
      archive += fields + Array(name.utf8) + packed
      directory.append32(0x0201_4b50)
      directory.append16(20)  // made by
      directory += fields
      directory.append16(0)  // comment
      directory.append16(0)  // disk
      directory.append16(0)  // internal attributes
      directory.append32(0)  // external attributes
      directory.append32(UInt32(offset))
      directory += Array(name.utf8)
    }
    let start = archive.count
    archive += directory
    archive.append32(0x0605_4b50)
    archive.append16(0)
    archive.append16(0)
    archive.append16(UInt16(members.count))
    archive.append16(UInt16(members.count))
    archive.append32(UInt32(directory.count))
    archive.append32(UInt32(start))
    archive.append16(0)
    return archive
  }

  private static func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let status = deflateInit2_(
      &stream, 0, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw Fault("packing a ZIP member: zlib says \(status)") }
    defer { deflateEnd(&stream) }
    var source = bytes
    var end = Z_OK
    let capacity = Int(deflateBound(&stream, UInt(bytes.count)))
    let packed = [UInt8](unsafeUninitializedCapacity: capacity) { output, filled in
      source.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(capacity)
        end = deflate(&stream, Z_FINISH)
      }
      filled = capacity - Int(stream.avail_out)
    }
    guard end == Z_STREAM_END else { throw Fault("packing a ZIP member: zlib says \(end)") }
    return packed
  }
}

extension [UInt8] {
  fileprivate mutating func append16(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  fileprivate mutating func append32(_ value: UInt32) {
    append16(UInt16(truncatingIfNeeded: value))
    append16(UInt16(truncatingIfNeeded: value >> 16))
  }
}
