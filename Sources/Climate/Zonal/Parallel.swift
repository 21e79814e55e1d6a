internal import Dispatch
internal import Glibc
internal import Synchronization

/// Work over a list by several threads. What each element gives does not depend on how many there are.
enum Parallel {
  /// The processors that this process may use.
  static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Calls `work` for batches of 0..<count. Each thread makes itself a tool first, which is used by no other.
  static func forEachBatch<Tool>(
    _ count: Int, threads: Int, batch: Int, tool: @Sendable () -> Tool,
    _ work: @Sendable (inout Tool, Range<Int>) -> Void
  ) {
    let threads = max(1, min(threads, (count + batch - 1) / batch))
    if threads == 1 {
      var own = tool()
      work(&own, 0..<count)
      return
    }
    let position = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      var own = tool()
      while true {
        let start = position.wrappingAdd(batch, ordering: .relaxed).oldValue
        if start >= count { return }
        work(&own, start..<min(start + batch, count))
      }
    }
  }
}

/// A buffer whose elements are each written by one thread only, before anybody reads them.
struct SharedBuffer<Element>: @unchecked Sendable {
  // Safe because the threads that share it write disjoint elements, and it is read after all of them are done.
  let elements: UnsafeMutableBufferPointer<Element>
}
