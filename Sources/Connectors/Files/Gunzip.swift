import CZlib
import Essentials

/// Unpacks gzip (RFC 1952): one member, or several one after the other, and zeros after the last one, with which tapes
/// and block devices fill up.
actor GunzipSource: ByteSource {
  private let packed: any ByteSource
  private let location: Location
  private let inflation = Inflation()
  private var input: [UInt8] = []
  private var position = 0
  private var place = Place.start

  private enum Place {
    case start, member, between
  }

  init(_ packed: any ByteSource, _ location: Location) {
    self.packed = packed
    self.location = location
  }

  func next() async throws -> [UInt8]? {
    while true {
      if position == input.count, !inflation.mayHaveMore {
        guard let more = try await packed.next() else {
          guard place == .between else {
            throw broken(place == .start ? "it is empty" : "it ends in the middle")
          }
          return nil
        }
        input = more
        position = 0
      }
      if place == .between {
        while position < input.count, input[position] == 0 { position += 1 }
        guard position < input.count else { continue }
        guard input[position] == 0x1f else { throw broken("something else follows the gzip data") }
        place = .member
      }
      if place == .start { place = .member }
      switch inflation.inflate(input, from: &position) {
      case .bytes(let bytes, let isMemberEnd):
        if isMemberEnd { place = .between }
        if !bytes.isEmpty { return bytes }
      case .broken(let words):
        throw broken(words == "incorrect header check" ? "it is no gzip" : words)
      }
    }
  }

  private func broken(_ problem: String) -> FileFailure {
    FileFailure(
      .configuration, "cannot unpack \(location): \(problem)",
      remedy: "Fetch or write the file again; what is not packed must not have a name that ends in .gz.")
  }
}

/// zlib's stream for unpacking.
private final class Inflation {
  // On the heap, as zlib notes the address of its stream.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let isReady: Bool
  /// Whether the last piece filled its room, so that zlib may hold bytes that were not asked for yet.
  private(set) var mayHaveMore = false

  enum Piece {
    case bytes([UInt8], isMemberEnd: Bool)
    case broken(String)
  }

  init() {
    stream.initialize(to: z_stream())
    // 31: a window of 32 KiB, in gzip's wrapping.
    isReady = inflateInit2_(stream, 31, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func inflate(_ input: [UInt8], from position: inout Int) -> Piece {
    guard isReady else { return .broken("zlib has no memory") }
    var code = Z_OK
    let bytes = [UInt8](unsafeUninitializedCapacity: chunkSize) { output, filled in
      input.withUnsafeBufferPointer { input in
        // zlib does not write to its input; its header was written before C had a word for that.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + position })
        stream.pointee.avail_in = UInt32(input.count - position)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(chunkSize)
        code = CZlib.inflate(stream, Z_NO_FLUSH)
        position = input.count - Int(stream.pointee.avail_in)
        filled = chunkSize - Int(stream.pointee.avail_out)
      }
    }
    mayHaveMore = code == Z_OK && bytes.count == chunkSize
    switch code {
    case Z_OK, Z_BUF_ERROR: return .bytes(bytes, isMemberEnd: false)
    case Z_STREAM_END:
      inflateReset(stream)
      return .bytes(bytes, isMemberEnd: true)
    default: return .broken(stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(code)")
    }
  }
}
