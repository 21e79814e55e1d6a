import Synchronization

/// Keeps the first value that it is given.
final class Signal<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  /// The value that was kept before; nil where this one is the first.
  func set(_ new: Value) -> Value? {
    value.withLock { value in
      defer { value = value ?? new }
      return value
    }
  }
}
