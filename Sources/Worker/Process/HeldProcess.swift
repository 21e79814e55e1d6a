import Essentials
import Glibc
import Synchronization

/// A process that was started before its run is claimed, and waits for the word: its start takes as long as the server's
/// answer to the claim, and goes on meanwhile.
///
/// It waits for a byte on its standard input, and ends where that ends without one. So nothing is executed by a process
/// whose claim is refused, or whose worker is killed before it knows.
package final class HeldProcess: Sendable {
  package let watch: ProcessWatch
  package let words: [String]
  private let gate: Mutex<Int32?>

  /// - Parameters:
  ///   - launch: its words must make it wait.
  ///   - watch: makes the watch of the process.
  package init(
    _ launch: Launch, folder: String, output: String, watch: (ProcessIdentity) throws -> ProcessWatch
  ) throws {
    var ends: [Int32] = [-1, -1]
    // Sockets, because a pipe whose reader is gone would raise SIGPIPE.
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw Fault("cannot make the sockets of a process: \(String(cString: strerror(errno)))")
    }
    defer { close(ends[1]) }
    do {
      let process = try ChildProcess.start(launch, folder: folder, output: output, input: ends[1])
      do { self.watch = try watch(process) } catch {
        ChildProcess.abandon(process.pid)
        throw error
      }
    } catch {
      close(ends[0])
      throw error
    }
    words = launch.words
    gate = Mutex(ends[0])
  }

  deinit { shut() }

  /// Gives the word.
  ///
  /// - Returns: false where the process has ended meanwhile, before it could do anything.
  package func letGo() -> Bool {
    let isHeard = gate.withLock { gate in
      gate.map { send($0, "\n", 1, Int32(MSG_NOSIGNAL)) == 1 } ?? false
    }
    shut()
    return isHeard
  }

  /// Ends the process, which has done nothing, and waits for that.
  package func dismiss() async {
    shut()
    watch.signal(SIGKILL)
    _ = await watch.ending
  }

  private func shut() {
    gate.withLock { gate in
      if let open = gate { close(open) }
      gate = nil
    }
  }
}
