public import FlowKit
import Synchronization

/// State that is gone with the test.
public final class MemoryState: StateStore {
  private let entries = Mutex<[String: [UInt8]]>([:])

  public init() {}

  /// The keys under which something stands, sorted.
  public var keys: [String] { entries.withLock { $0.keys.sorted() } }

  public func read(_ key: String) -> [UInt8]? { entries.withLock { $0[key] } }
  public func write(_ key: String, _ bytes: [UInt8]?) { entries.withLock { $0[key] = bytes } }
}
