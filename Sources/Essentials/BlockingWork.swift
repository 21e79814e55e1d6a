internal import Glibc

/// Work that may block for seconds, such as forcing a file to the disk: on a thread of its own, so that it holds up
/// neither Swift's few threads nor those that drive transfers.
package enum BlockingWork {
  package static func run<Problem: Error>(_ work: @escaping @Sendable () throws(Problem) -> Void) async throws
  {
    let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
      let job = Unmanaged.passRetained(Job { continuation.resume(returning: Result { try work() }) })
      var thread = pthread_t()
      let code = pthread_create(
        &thread, nil,
        { pointer in
          guard let pointer else { return nil }
          Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().work()
          return nil
        }, job.toOpaque())
      if code == 0 {
        pthread_detach(thread)
      } else {
        // No thread to be had: slow is better than not at all.
        job.takeRetainedValue().work()
      }
    }
    try result.get()
  }

  private final class Job: Sendable {
    let work: @Sendable () -> Void
    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
  }
}
