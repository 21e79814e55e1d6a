import Foundation
import Synchronization

/// Ids that are the same in every test: 00000000-0000-0000-0000-000000000001, ...2 and so on.
final class SequentialIDs: Sendable {
  private let last = Mutex<UInt64>(0)

  func next() -> UUID {
    let number = last.withLock { last in
      last += 1
      return last
    }
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    return UUID(
      uuid: (
        0, 0, 0, 0, 0, 0, 0, 0, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]
      ))
  }
}
