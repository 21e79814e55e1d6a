import Essentials

/// A sleep that somebody else can end.
actor Nap {
  private let clock: any WallClock
  private var sleeper: Task<Void, Never>?
  private var isOver = false

  init(_ clock: any WallClock) { self.clock = clock }

  /// Returns after a time, when it is woken, or when it has been woken since the last time.
  func sleep(for duration: Duration) async {
    if !isOver, !Task.isCancelled {
      let sleeper = Task { [clock] in
        // Being woken is being cancelled.
        _ = try? await clock.sleep(for: duration)
      }
      self.sleeper = sleeper
      await withTaskCancellationHandler {
        await sleeper.value
      } onCancel: {
        sleeper.cancel()
      }
      self.sleeper = nil
    }
    isOver = false
  }

  func wake() {
    isOver = true
    sleeper?.cancel()
  }
}
