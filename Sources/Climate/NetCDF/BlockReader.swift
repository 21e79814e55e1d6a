internal import Synchronization

/// Fetches and inflates the blocks of a variable, by several threads.
enum BlockReader {
  /// The values of some times of a variable whose dimensions are time, latitude, longitude, or latitude, longitude.
  static func read(
    _ table: ChunkTable, of name: String, file: Int32, times: Range<Int>, grid: (rows: Int, columns: Int),
    marks: ValueMarks<Float>, threads: Int
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
      Parallel.forEachBatch(list.count, threads: threads, batch: 1, tool: { BlockInflater() }) {
        inflater, range in
        for index in range {
          do throws(ClimateFailure) {
            results.elements[index] = try inflater.inflate(list[index], size, name: name, file: file)
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
}
