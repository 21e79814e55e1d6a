import Essentials
import FoundationEssentials
import PrefectAPI

/// The token that a server with CSRF protection wants with every change.
///
/// Most have none: nobody asks for one before a change was refused for lack of it.
/// Fetched by one request for all that wait for it: every new token of a client makes the one before it invalid.
actor CSRFSession {
  private enum Phase {
    case unknown
    /// The server does not ask for one, as far as is known.
    case unprotected
    case fetched(Prefect.CsrfToken)
    case fetching(Task<Prefect.CsrfToken?, any Error>)
  }

  /// Under which name this client asks.
  nonisolated let client = UUID().wire
  private let clock: any WallClock
  private var phase = Phase.unprotected

  init(clock: any WallClock) { self.clock = clock }

  /// The token to send; nil where the server asks for none.
  ///
  /// - Parameter fetch: asks the server; gives nil where it is not protected.
  func token(_ fetch: @escaping @Sendable () async throws -> Prefect.CsrfToken?) async throws -> String? {
    switch phase {
    case .unprotected: return nil
    case .fetched(let token) where clock.now() < token.expiration: return token.token
    case .fetching(let task): return try await task.value?.token
    case .unknown, .fetched:
      let task = Task { try await fetch() }
      phase = .fetching(task)
      do {
        let token = try await task.value
        phase = token.map { .fetched($0) } ?? .unprotected
        return token?.token
      } catch {
        phase = .unknown
        throw error
      }
    }
  }

  /// Forgets a token that the server did not take; one that was fetched since stays.
  func refused(_ token: String?) {
    switch phase {
    case .fetched(let current) where current.token == token: phase = .unknown
    case .unprotected where token == nil: phase = .unknown
    default: break
    }
  }
}
