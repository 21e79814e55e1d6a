internal import CZlib
internal import Glibc
internal import Synchronization

/// Fetches and inflates the blocks of a variable, by several threads.
enum BlockReader {
  /// The values of some times of a variable whose dimensions are time, latitude, longitude, or latitude, longitude.
  static func read(
    _ table: ChunkTable, of name: String, file: Int32, times: Range<Int>, grid: (rows: Int, columns: Int),
    marks: [Float], threads: Int
  ) throws -> BlockValues {
    // A field without a time dimension is one with one time.
    let isTimed = table.shape.count == 3
    let shape = isTimed ? table.shape : [1] + table.shape
    let chunks = table.chunks.map { chunk in
      (origin: isTimed ? chunk.origin : [0] + chunk.origin, chunk: chunk)
    }.filter { $0.origin[0] < times.upperBound && times.lowerBound < $0.origin[0] + shape[0] }
    let size = shape.reduce(4, *)
    var inflated = [BlockMemory?](repeating: nil, count: chunks.count)
    let failure = Mutex<ClimateFailure?>(nil)
    inflated.withUnsafeMutableBufferPointer { buffer in
      let results = SharedBuffer(elements: buffer)
      let list = chunks.map(\.chunk)
      Parallel.forEachBatch(list.count, threads: threads, batch: 1, tool: {}) { _, range in
        for index in range {
          do throws(ClimateFailure) {
            results.elements[index] = try inflate(list[index], size, name: name, file: file)
          } catch {
            failure.withLock { $0 = error }
          }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    return BlockValues(
      times: times.count, rows: grid.rows, columns: grid.columns, blockTimes: shape[0], blockRows: shape[1],
      blockColumns: shape[2], isShuffled: table.isShuffled,
      blocks: zip(chunks, inflated).compactMap { chunk, memory in
        memory.map {
          BlockValues.Block(
            time: chunk.origin[0] - times.lowerBound, row: chunk.origin[1], column: chunk.origin[2],
            memory: $0)
        }
      }, marks: marks)
  }

  private static func inflate(
    _ chunk: ChunkTable.Chunk, _ size: Int, name: String, file: Int32
  ) throws(ClimateFailure) -> BlockMemory {
    let damaged = { (why: String) in
      ClimateFailure(
        "cannot read \(name): \(why)", remedy: "The file may be truncated or damaged: fetch it again.")
    }
    var stream = z_stream()
    guard sluice_inflate_init(&stream) == Z_OK else { throw damaged("zlib cannot start") }
    defer { inflateEnd(&stream) }
    let memory = BlockMemory(count: size)
    stream.next_out = memory.room.baseAddress
    stream.avail_out = UInt32(clamping: size)
    var block = [UInt8](repeating: 0, count: min(chunk.size, 1 << 18))
    var done = 0
    var result = Z_OK
    while done < chunk.size, result == Z_OK {
      let count = pread(file, &block, min(block.count, chunk.size - done), off_t(chunk.address + done))
      guard count > 0 else { throw damaged("it ends at byte \(chunk.address + done)") }
      done += count
      block.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(count)
        result = CZlib.inflate(&stream, Z_NO_FLUSH)
      }
    }
    let filled = size - Int(stream.avail_out)
    guard result == Z_STREAM_END, filled == size else {
      throw damaged("a block does not inflate (zlib error \(result), \(filled) of \(size) bytes)")
    }
    return memory
  }
}
