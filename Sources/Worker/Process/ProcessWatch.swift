import CLinux
import Dispatch
import Essentials
import Glibc
import Synchronization

/// Waits for the end of a process by its pidfd (pidfd_open(2)), of one's own child or another's.
package final class ProcessWatch: Sendable {
  package let identity: ProcessIdentity
  private let isChild: Bool
  private let state: Mutex<State>

  private struct State {
    var ending: ProcessEnding?
    var waiting: [CheckedContinuation<ProcessEnding, Never>] = []
    // Kept alive until the process has ended.
    var source: (any DispatchSourceRead)?
  }

  // Waits for nothing long: one for all.
  private static let queue = DispatchQueue(label: "sluice.processes")

  /// Watches a child of this process.
  package convenience init(child identity: ProcessIdentity) throws { try self.init(identity, isChild: true) }

  /// Watches the process of a worker before this one; nil where it runs no more.
  ///
  /// - Throws: where it runs and cannot be watched.
  package static func adopting(_ identity: ProcessIdentity) throws -> ProcessWatch? {
    guard identity.isAlive else { return nil }
    do {
      let watch = try ProcessWatch(identity, isChild: false)
      // The pid may have been given away between the look and the opening.
      return identity.isAlive ? watch : nil
    } catch {
      guard identity.isAlive else { return nil }
      throw error
    }
  }

  private init(_ identity: ProcessIdentity, isChild: Bool) throws {
    let handle = pidfd_open(identity.pid, 0)
    guard handle >= 0 else {
      throw Fault("cannot watch the process \(identity.pid): \(String(cString: strerror(errno)))")
    }
    self.identity = identity
    self.isChild = isChild
    state = Mutex(State())
    state.withLock { state in
      let source = DispatchSource.makeReadSource(fileDescriptor: handle, queue: Self.queue)
      source.setEventHandler { [weak self] in self?.collect() }
      source.setCancelHandler { close(handle) }
      state.source = source
      source.resume()
    }
  }

  var group: ProcessGroup { ProcessGroup(id: identity.pid) }

  /// How it ended, as soon as it has.
  package var ending: ProcessEnding {
    get async {
      await withCheckedContinuation { continuation in
        let ending = state.withLock { state in
          if state.ending == nil { state.waiting.append(continuation) }
          return state.ending
        }
        if let ending { continuation.resume(returning: ending) }
      }
    }
  }

  var hasEnded: Bool { state.withLock { $0.ending != nil } }

  /// Signals the whole group, as long as its leader has not been waited for: afterwards the number may be another's.
  package func signal(_ signal: Int32) {
    state.withLock { state in
      if state.ending == nil { _ = group.signal(signal) }
    }
  }

  private func collect() {
    state.withLock { state in
      guard state.ending == nil else { return }
      // Whatever it has left behind goes with it. Before it is waited for, while its number is still its own.
      group.signal(SIGKILL)
      guard let ending = isChild ? reap() : ProcessEnding(.unknown(.adopted)) else { return }
      state.ending = ending
      for continuation in state.waiting { continuation.resume(returning: ending) }
      state.waiting = []
      state.source?.cancel()
      state.source = nil
    }
  }

  private func reap() -> ProcessEnding? {
    var status: Int32 = 0
    var usage = rusage()
    let pid = wait4(identity.pid, &status, WNOHANG, &usage)
    if pid == 0 { return nil }
    guard pid == identity.pid else { return ProcessEnding(.unknown(.adopted)) }
    // Leftovers that have become children of this program, where it is process 1 of a container.
    var left: Int32 = 0
    while waitpid(-identity.pid, &left, WNOHANG) > 0 {}
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    // In KiB, getrusage(2). Between fork and exec a process has the memory of its parent, and the system counts that: what
    // is no more than this program's own peak says nothing of the child.
    let peak = usage.ru_maxrss * 1024
    let isOwn = peak > ProcessSearch.peakMemory(of: getpid()) ?? .max
    return ProcessEnding(
      ProcessExit(waitStatus: status),
      usage: ProcessUsage(
        peakMemory: isOwn ? peak : nil, cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime)))
  }
}
