internal import Glibc

/// The bytes of an inflated block: filled once, then only read.
///
/// Taken in large pages where the system has them: half of the time that a block costs besides inflating it goes into
/// page faults otherwise.
///
/// Unchecked: written by its maker alone, before anybody else has it, and only read from then on.
final class BlockMemory: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  let count: Int

  init(count: Int) {
    self.count = count
    let page = 1 << 21
    let size = (max(count, 1) + page - 1) / page * page
    var pointer: UnsafeMutableRawPointer?
    if count >= page, posix_memalign(&pointer, page, size) == 0, let pointer {
      // Advice only: without it, pages are small.
      madvise(pointer, size, Int32(MADV_HUGEPAGE))
      base = pointer
    } else {
      base = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 16)
    }
  }

  deinit { free(base) }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
  var room: UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(start: base.assumingMemoryBound(to: UInt8.self), count: count)
  }
}
