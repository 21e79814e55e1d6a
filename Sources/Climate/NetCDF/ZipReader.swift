internal import CZlib
internal import Essentials
internal import Glibc

/// Reads a ZIP by its central directory and unpacks members block by block.
final class ZipReader {
  private let path: String
  private let file: Int32
  private let size: Int

  init(path: String) throws {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw ClimateFailure("cannot open \(path): \(String(cString: strerror(errno)))", kind: .configuration)
    }
    size = Int(lseek(file, 0, SEEK_END))
  }

  deinit { close(file) }

  private func damaged(_ what: String) -> ClimateFailure {
    ClimateFailure("\(path) is a damaged ZIP: \(what)", remedy: "It may be truncated: fetch it again.")
  }

  private func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
      throw damaged("it refers to byte \(offset) + \(count) of \(size)")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress! + done, count - done, off_t(offset + done))
      }
      guard read > 0 else { throw damaged("byte \(offset + done) cannot be read") }
      done += read
    }
    return bytes
  }

  func members() throws -> [ZipArchive.Member] {
    // The end record is in the last 22 bytes, before a comment of at most 65,535.
    let tailStart = max(0, size - 65_557)
    let tail = try bytes(at: tailStart, count: size - tailStart)
    guard
      let end = stride(from: tail.count - 22, through: 0, by: -1).first(where: {
        tail[$0] == 0x50 && tail[$0 + 1] == 0x4B && tail[$0 + 2] == 5 && tail[$0 + 3] == 6
      })
    else { throw damaged("its directory is missing") }
    var count = tail.number(end + 10, 2)
    var offset = tail.number(end + 16, 4)
    if count == 0xFFFF || offset == 0xFFFF_FFFF, tailStart + end >= 20 {
      let locator = try bytes(at: tailStart + end - 20, count: 20)
      if locator.number(0, 4) == 0x0706_4B50 {
        let record = try bytes(at: locator.number(8, 8), count: 56)
        count = record.number(32, 8)
        offset = record.number(48, 8)
      }
    }
    let directory = try bytes(at: offset, count: tailStart + end - offset)
    var members: [ZipArchive.Member] = []
    var position = 0
    for _ in 0..<count {
      guard position + 46 <= directory.count, directory.number(position, 4) == 0x0201_4B50 else {
        throw damaged("its directory ends early")
      }
      let nameLength = directory.number(position + 28, 2)
      let extraLength = directory.number(position + 30, 2)
      let next = position + 46 + nameLength + extraLength + directory.number(position + 32, 2)
      guard next <= directory.count else { throw damaged("its directory ends early") }
      var sizes = [
        directory.number(position + 24, 4), directory.number(position + 20, 4),
        directory.number(position + 42, 4),
      ]
      let extra = Array(directory[(position + 46 + nameLength)..<(position + 46 + nameLength + extraLength)])
      Self.widen(&sizes, from: extra)
      members.append(
        ZipArchive.Member(
          name: String(decoding: directory[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self),
          method: directory.number(position + 10, 2), checksum: UInt32(directory.number(position + 16, 4)),
          packedSize: sizes[1], size: sizes[0], headerOffset: sizes[2],
          encrypted: directory.number(position + 8, 2) & 1 == 1))
      position = next
    }
    return members
  }

  /// Sizes of 0xFFFFFFFF stand in the extra field 1 instead, in this order, only those that are needed.
  private static func widen(_ sizes: inout [Int], from extra: [UInt8]) {
    var position = 0
    while position + 4 <= extra.count {
      let length = extra.number(position + 2, 2)
      if extra.number(position, 2) == 1 {
        var field = position + 4
        for index in sizes.indices
        where sizes[index] == 0xFFFF_FFFF && field + 8 <= min(position + 4 + length, extra.count) {
          sizes[index] = extra.number(field, 8)
          field += 8
        }
      }
      position += 4 + length
    }
  }

  /// Unpacks a member into a file of its own in the folder for temporary files, which the caller removes.
  func unpack(_ member: ZipArchive.Member) throws -> String {
    guard !member.encrypted else { throw damaged("\(member.name) is encrypted") }
    guard member.method == 0 || member.method == 8 else {
      throw ClimateFailure(
        "\(member.name) in \(path) is packed by method \(member.method); 0 and 8 are supported")
    }
    let header = try bytes(at: member.headerOffset, count: 30)
    guard header.number(0, 4) == 0x0403_4B50 else {
      throw damaged("\(member.name) is not where it should be")
    }
    let start = member.headerOffset + 30 + header.number(26, 2) + header.number(28, 2)
    let (output, place) = try Self.temporaryFile()
    defer { close(output) }
    do {
      let result =
        try member.method == 0
        ? copy(start, member.packedSize, to: output) : inflate(start, member.packedSize, to: output)
      guard result.size == member.size, result.checksum == member.checksum else {
        throw damaged("\(member.name) does not unpack to what its checksum says")
      }
    } catch {
      unlink(place)
      throw error
    }
    return place
  }

  private static func temporaryFile() throws -> (descriptor: Int32, path: String) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/sluice-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else {
      throw ClimateFailure(
        "cannot write in \(folder): \(String(cString: strerror(errno)))",
        remedy: "Set TMPDIR to a folder that can be written.", kind: .configuration)
    }
    let path = template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return (file, String(decoding: path, as: UTF8.self))
  }

  private func copy(_ start: Int, _ count: Int, to output: Int32) throws -> (size: Int, checksum: UInt32) {
    var checksum = crc32(0, nil, 0)
    var position = 0
    while position < count {
      let block = try bytes(at: start + position, count: min(1 << 20, count - position))
      checksum = crc32(checksum, block, UInt32(block.count))
      try write(block, block.count, to: output)
      position += block.count
    }
    return (position, UInt32(checksum))
  }

  private func inflate(_ start: Int, _ count: Int, to output: Int32) throws -> (size: Int, checksum: UInt32) {
    var stream = z_stream()
    guard sluice_inflate_init_raw(&stream) == Z_OK else { throw damaged("zlib cannot start") }
    defer { inflateEnd(&stream) }
    var checksum = crc32(0, nil, 0)
    var total = 0
    var position = 0
    var result = Z_OK
    var target = [UInt8](repeating: 0, count: 1 << 20)
    while position < count, result != Z_STREAM_END {
      var block = try bytes(at: start + position, count: min(1 << 20, count - position))
      position += block.count
      try block.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        repeat {
          let produced = try target.withUnsafeMutableBufferPointer { buffer in
            stream.next_out = buffer.baseAddress
            stream.avail_out = UInt32(buffer.count)
            result = CZlib.inflate(&stream, Z_NO_FLUSH)
            guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else {
              throw damaged("a member does not inflate (zlib error \(result))")
            }
            return buffer.count - Int(stream.avail_out)
          }
          checksum = crc32(checksum, target, UInt32(produced))
          try write(target, produced, to: output)
          total += produced
        } while stream.avail_out == 0 && result != Z_STREAM_END
      }
    }
    return (total, UInt32(checksum))
  }

  private func write(_ bytes: [UInt8], _ count: Int, to output: Int32) throws {
    var done = 0
    while done < count {
      let written = bytes.withUnsafeBytes { Glibc.write(output, $0.baseAddress! + done, count - done) }
      guard written > 0 else {
        throw ClimateFailure(
          "cannot unpack \(path): \(String(cString: strerror(errno)))",
          remedy: "Set TMPDIR to a folder with enough room.", kind: .configuration)
      }
      done += written
    }
  }
}

extension [UInt8] {
  /// A little-endian number of up to eight bytes.
  fileprivate func number(_ offset: Int, _ width: Int) -> Int {
    var value: UInt64 = 0
    for index in (0..<width).reversed() { value = value << 8 | UInt64(self[offset + index]) }
    return Int(truncatingIfNeeded: value & 0x7FFF_FFFF_FFFF_FFFF)
  }
}
