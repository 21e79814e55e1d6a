import Synchronization

/// A named limit on how many tasks run at once in this process: `ConcurrencyLimit("cds", 2)`.
public struct ConcurrencyLimit: Sendable, Hashable {
  public let name: String
  public let places: Int

  public init(_ name: String, _ places: Int) {
    self.name = name
    self.places = max(1, places)
  }

  /// Does some work once there is a place. Who waits longest comes first; who is cancelled while waiting leaves.
  func hold<Result: Sendable>(_ work: () async throws -> Result) async throws -> Result {
    let gate = Self.gates.withLock { gates in
      if let gate = gates[name] { return gate }
      let gate = Gate()
      gates[name] = gate
      return gate
    }
    try await gate.enter(places: places)
    defer { gate.leave(places: places) }
    return try await work()
  }

  private static let gates = Mutex<[String: Gate]>([:])
}

/// A counter of places, with a queue before it.
private final class Gate: Sendable {
  private struct State {
    var inside = 0
    var nextTicket = 0
    var waiting: [(ticket: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())

  func enter(places: Int) async throws {
    let ticket = state.withLock { state in
      defer { state.nextTicket += 1 }
      return state.nextTicket
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        enum Admission { case now, never, later }
        let admission = state.withLock { state -> Admission in
          if state.cancelled.remove(ticket) != nil { return .never }
          if state.inside < places {
            state.inside += 1
            return .now
          }
          state.waiting.append((ticket, continuation))
          return .later
        }
        switch admission {
        case .now: continuation.resume()
        case .never: continuation.resume(throwing: CancellationError())
        case .later: break
        }
      }
    } onCancel: {
      let waiting = state.withLock { state -> CheckedContinuation<Void, any Error>? in
        if let place = state.waiting.firstIndex(where: { $0.ticket == ticket }) {
          return state.waiting.remove(at: place).continuation
        }
        // Not in the queue yet, or inside already: only the first of these two looks at the mark.
        state.cancelled.insert(ticket)
        return nil
      }
      waiting?.resume(throwing: CancellationError())
    }
    state.withLock { _ = $0.cancelled.remove(ticket) }
  }

  func leave(places: Int) {
    let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      state.inside -= 1
      guard state.inside < places, !state.waiting.isEmpty else { return nil }
      state.inside += 1
      return state.waiting.removeFirst().continuation
    }
    next?.resume()
  }
}
