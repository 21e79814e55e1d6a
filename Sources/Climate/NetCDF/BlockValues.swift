/// Floats of times x rows x columns in inflated blocks, their bytes still sorted by significance where the file has them
/// so: half the memory of a second copy in plain order. A plane is put in order when it is used.
package struct BlockValues: Sendable {
  struct Block: Sendable {
    /// The position of its first value: time, row, column.
    let time: Int
    let row: Int
    let column: Int
    let memory: BlockMemory
  }

  let times: Int
  let rows: Int
  let columns: Int
  /// The shape of one block: times, rows, columns.
  let blockTimes: Int
  let blockRows: Int
  let blockColumns: Int
  let isShuffled: Bool
  let blocks: [Block]
  /// Stored numbers that mean "no value", besides NaN.
  let marks: ValueMarks<Float>

  /// Writes the values of one time, rows x columns.
  func copyPlane(_ time: Int, into plane: UnsafeMutableBufferPointer<Float>) {
    let size = blockTimes * blockRows * blockColumns
    for block in blocks where block.time <= time && time < block.time + blockTimes {
      let width = min(blockColumns, columns - block.column)
      let bytes = block.memory.bytes
      for row in 0..<min(blockRows, rows - block.row) {
        let first = ((time - block.time) * blockRows + row) * blockColumns
        let target = plane.baseAddress! + (block.row + row) * columns + block.column
        if isShuffled {
          Self.gather(bytes, first, size, width, target)
        } else {
          for index in 0..<width {
            let bits = bytes.loadUnaligned(fromByteOffset: (first + index) * 4, as: UInt32.self)
            target[index] = Float(bitPattern: UInt32(littleEndian: bits))
          }
        }
      }
    }
    guard !marks.isEmpty else { return }
    for index in plane.indices where marks.contains(plane[index]) { plane[index] = .nan }
  }

  @inline(__always)
  private static func gather(
    _ bytes: UnsafeRawBufferPointer, _ first: Int, _ size: Int, _ width: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let lowest = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self) + first
    let second = lowest + size
    let third = second + size
    let highest = third + size
    for index in 0..<width {
      let low = UInt32(lowest[index]) | UInt32(second[index]) << 8
      let high = UInt32(third[index]) << 16 | UInt32(highest[index]) << 24
      target[index] = Float(bitPattern: low | high)
    }
  }

  /// One value; for looking at a few, not for going through all.
  subscript(time: Int, row: Int, column: Int) -> Double {
    let size = blockTimes * blockRows * blockColumns
    for block in blocks
    where block.time <= time && time < block.time + blockTimes && block.row <= row
      && row < block.row + blockRows
      && block.column <= column && column < block.column + blockColumns
    {
      let index = ((time - block.time) * blockRows + row - block.row) * blockColumns + column - block.column
      var bits: UInt32 = 0
      for byte in 0..<4 {
        let position = isShuffled ? byte * size + index : index * 4 + byte
        bits |= UInt32(block.memory.bytes[position]) << UInt32(8 * byte)
      }
      let value = Float(bitPattern: bits)
      return marks.contains(value) ? .nan : Double(value)
    }
    return .nan
  }

  /// All values in plain order.
  func floats() -> [Float] {
    [Float](unsafeUninitializedCapacity: times * rows * columns) { buffer, filled in
      for time in 0..<times {
        copyPlane(
          time,
          into: UnsafeMutableBufferPointer(
            rebasing: buffer[time * rows * columns..<(time + 1) * rows * columns]))
      }
      filled = buffer.count
    }
  }
}
