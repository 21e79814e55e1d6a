internal import Dispatch
internal import Essentials
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

extension Parallel {
  /// Does two things at the same time.
  static func both<First: Sendable, Second: Sendable>(
    _ first: @Sendable () throws -> First, _ second: @Sendable () throws -> Second
  ) throws -> (First, Second) {
    let results = Mutex<(Result<First, any Error>?, Result<Second, any Error>?)>((nil, nil))
    DispatchQueue.concurrentPerform(iterations: 2) { index in
      if index == 0 {
        let result = Result { try first() }
        results.withLock { $0.0 = result }
      } else {
        let result = Result { try second() }
        results.withLock { $0.1 = result }
      }
    }
    return try results.withLock { results in
      guard let first = results.0, let second = results.1 else {
        throw ClimateFailure("one of two things done together was not done", kind: .fault)
      }
      return (try first.get(), try second.get())
    }
  }
}

/// A buffer whose elements are each written by one thread only, before anybody reads them.
///
/// Unchecked: the threads that share it write disjoint elements without a lock, and it is read after all of them are done.
struct SharedBuffer<Element>: @unchecked Sendable {
  let elements: UnsafeMutableBufferPointer<Element>
}
