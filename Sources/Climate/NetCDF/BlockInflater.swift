internal import CDeflate
internal import Glibc

/// Fetches and inflates blocks, one after another. Each thread has its own.
final class BlockInflater {
  private let decompressor: OpaquePointer?
  /// A block as it lies in the file; used again for the next.
  private var packed: UnsafeMutableRawBufferPointer

  init() {
    decompressor = libdeflate_alloc_decompressor()
    packed = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }

  deinit {
    if let decompressor { libdeflate_free_decompressor(decompressor) }
    packed.deallocate()
  }

  /// - Parameters:
  ///   - size: how many bytes the block has when it is inflated.
  ///   - name: what messages call the variable.
  /// - Throws: ``ClimateFailure`` where the file ends within the block, or the block is damaged.
  func inflate(
    _ chunk: ChunkTable.Chunk, _ size: Int, name: String, file: Int32
  ) throws(ClimateFailure) -> BlockMemory {
    guard let decompressor else { throw Self.damaged(name, "there is no memory to inflate it") }
    try fetch(chunk, name: name, file: file)
    let memory = BlockMemory(count: size)
    var filled = 0
    let result = libdeflate_zlib_decompress(
      decompressor, packed.baseAddress, chunk.size, memory.room.baseAddress, size, &filled)
    let why: String
    switch result {
    case LIBDEFLATE_SUCCESS where filled == size: return memory
    case LIBDEFLATE_SUCCESS: why = "it holds \(filled) bytes instead of \(size)"
    case LIBDEFLATE_INSUFFICIENT_SPACE: why = "it holds more than \(size) bytes"
    default: why = "what it holds is corrupt"
    }
    throw Self.damaged(name, "a block does not inflate: \(why)")
  }

  private func fetch(_ chunk: ChunkTable.Chunk, name: String, file: Int32) throws(ClimateFailure) {
    if packed.count < chunk.size {
      packed.deallocate()
      packed = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk.size, alignment: 16)
    }
    var done = 0
    while done < chunk.size {
      let count = pread(
        file, packed.baseAddress! + done, chunk.size - done, off_t(chunk.address + done))
      guard count > 0 else { throw Self.damaged(name, "it ends at byte \(chunk.address + done)") }
      done += count
    }
  }

  private static func damaged(_ name: String, _ why: String) -> ClimateFailure {
    ClimateFailure(
      "cannot read \(name): \(why)", remedy: "The file may be truncated or damaged: fetch it again.")
  }
}
