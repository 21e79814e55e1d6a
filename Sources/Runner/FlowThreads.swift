import Dispatch
import Foundation
import Synchronization

/// The threads that the code of flows runs on, as many as there are processors.
///
/// They are not Swift's own: a flow that computes on all of its threads without a pause leaves those free for what must
/// not wait for it, such as heartbeats, a cancellation, SIGTERM, and the end of its time.
final class FlowThreads: TaskExecutor {
  static let shared = FlowThreads(count: ProcessInfo.processInfo.activeProcessorCount)

  private struct State {
    var jobs = WaitingLine<UnownedJob>()
    var threads = 0
    var idle = 0
  }

  private let count: Int
  private let state = Mutex(State())
  private let work = DispatchSemaphore(value: 0)

  /// - Parameter count: how many threads at most; they start when there is work for them, and stay.
  init(count: Int) { self.count = count }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isNew = state.withLock { state in
      state.jobs.append(job)
      guard state.jobs.count > state.idle, state.threads < count else { return false }
      state.threads += 1
      return true
    }
    if isNew { Thread.detachNewThread { [self] in serve() } }
    work.signal()
  }

  private func serve() {
    while true {
      state.withLock { $0.idle += 1 }
      work.wait()
      let job = state.withLock { state in
        state.idle -= 1
        return state.jobs.take()
      }
      job?.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}
