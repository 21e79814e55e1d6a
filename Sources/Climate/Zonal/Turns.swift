internal import Foundation
internal import Synchronization

/// Lets threads that hold numbers do a thing in the order of these, one at a time: writing what each has made ready.
///
/// Whoever takes numbers in ascending order and hands each one in, whatever happens, waits for running threads only.
final class Turns: Sendable {
  private struct State {
    var next = 0
    var failure: (any Error)?
  }

  /// Held during a turn, and told of its end.
  private let changed = NSCondition()
  private let state = Mutex(State())

  /// Waits until all numbers below have had their turn. After a failure of one, no other is called.
  func take(_ number: Int, _ body: () throws -> Void) {
    changed.lock()
    defer { changed.unlock() }
    while state.withLock({ $0.next }) != number { changed.wait() }
    if !hasFailed {
      do { try body() } catch { state.withLock { $0.failure = error } }
    }
    state.withLock { $0.next += 1 }
    changed.broadcast()
  }

  /// Whether one has failed: then the others need not go on.
  var hasFailed: Bool { state.withLock { $0.failure != nil } }

  /// Throws the failure that there was.
  func finish() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}
