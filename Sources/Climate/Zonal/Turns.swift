internal import Glibc

/// Lets threads that hold numbers do a thing in the order of these, one at a time: writing what each has made ready.
///
/// Whoever takes numbers in ascending order and hands each one in, whatever happens, waits for running threads only.
///
/// Unchecked: everything in it is touched with the mutex held, except by init and deinit; a `Mutex` has no condition to wait
/// for.
final class Turns: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var next = 0
  private var failure: (any Error)?

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Waits until all numbers below have had their turn. After a failure of one, no other is called.
  func take(_ number: Int, _ body: () throws -> Void) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while next != number { pthread_cond_wait(changed, mutex) }
    if failure == nil {
      do { try body() } catch { failure = error }
    }
    next += 1
    pthread_cond_broadcast(changed)
  }

  /// Whether one has failed: then the others need not go on.
  var hasFailed: Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return failure != nil
  }

  /// Throws the failure that there was.
  func finish() throws {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if let failure { throw failure }
  }
}
