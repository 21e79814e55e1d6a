import Essentials
import FlowKitTesting
import Foundation
import HTTP
import JSON
import PrefectAPI
import PrefectTesting
import Synchronization
import Testing

@testable import PrefectClient

/// A server with CSRF protection, by the recorded behaviour of Prefect's.
private final class GuardedServer: Sendable {
  struct State {
    var tokens: [String: String] = [:]
    var issued = 0
    var isProtected = true
  }

  let state = Mutex(State())
  let server: ScriptedServer

  init(lifetime: Double = 3600, now: @escaping @Sendable () -> Date) throws {
    let state = Weak<GuardedServer>()
    server = try ScriptedServer { request in state.value?.answer(request, now(), lifetime) ?? .cut }
    state.value = self
  }

  private final class Weak<Object: AnyObject & Sendable>: Sendable {
    private let object = Mutex<Object?>(nil)
    var value: Object? {
      get { object.withLock { $0 } }
      set { object.withLock { $0 = newValue } }
    }
  }

  private func answer(_ request: ScriptedServer.Request, _ now: Date, _ lifetime: Double)
    -> ScriptedServer.Answer
  {
    state.withLock { state in
      if request.target.hasPrefix("/api/csrf-token?client=") {
        guard state.isProtected else { return .json(422, ["detail": "CSRF protection is disabled."]) }
        let client = String(request.target.split(separator: "=")[1])
        state.issued += 1
        state.tokens[client] = "token-\(state.issued)"
        return .json(
          200,
          [
            "token": .string("token-\(state.issued)"), "client": .string(client),
            "expiration": .string(WireDate.text(now + lifetime)),
          ])
      }
      guard request.method == "GET" || !state.isProtected else {
        guard let token = request.headers["prefect-csrf-token"] else {
          return .json(403, ["detail": "Missing CSRF token."])
        }
        guard let client = request.headers["prefect-csrf-client"], state.tokens[client] == token else {
          return .json(403, ["detail": "Invalid CSRF token or client identifier."])
        }
        return .json(201, flow)
      }
      return .json(200, flow)
    }
  }
}

@Suite("CSRF tokens") struct TokenTests {
  private let create = Prefect.FlowCreate(name: "etl")

  @Test("The first refused change fetches a token, which all changes then carry, and reading needs none")
  func fetched() async throws {
    let clock = ManualClock()
    let guarded = try GuardedServer { clock.now() }
    let client = client(of: guarded.server, clock: clock)
    _ = try await client.flow(flowID)
    #expect(guarded.state.withLock { $0.issued } == 0)
    for _ in 0..<3 { _ = try await client.createFlow(create) }
    #expect(guarded.state.withLock { $0.issued } == 1)
    let changes = guarded.server.calls.filter { $0.method == "POST" }
    #expect(changes.map { $0.headers["prefect-csrf-token"] != nil } == [false, true, true, true])
  }

  @Test("A hundred at once fetch one token, for a second would make the first invalid")
  func atOnce() async throws {
    let clock = ManualClock()
    let guarded = try GuardedServer { clock.now() }
    let client = client(of: guarded.server, clock: clock)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<100 { group.addTask { _ = try await client.createFlow(create) } }
      try await group.waitForAll()
    }
    #expect(guarded.state.withLock { $0.issued } == 1)
    #expect(guarded.server.calls.count { $0.headers["prefect-csrf-token"] != nil } == 100)
  }

  @Test("A token that has run out is fetched anew before it is refused")
  func expired() async throws {
    let clock = ManualClock()
    let guarded = try GuardedServer(lifetime: 60) { clock.now() }
    let client = client(of: guarded.server, clock: clock)
    _ = try await client.createFlow(create)
    clock.advance(by: .seconds(61))
    _ = try await client.createFlow(create)
    #expect(guarded.state.withLock { $0.issued } == 2)
    #expect(guarded.server.calls.count == 3, "the first one was refused for want of a token")
  }

  @Test("A token that the server forgot is fetched anew, once")
  func forgotten() async throws {
    let clock = ManualClock()
    let guarded = try GuardedServer { clock.now() }
    let client = client(of: guarded.server, clock: clock)
    _ = try await client.createFlow(create)
    guarded.state.withLock { $0.tokens = [:] }
    _ = try await client.createFlow(create)
    #expect(guarded.state.withLock { $0.issued } == 2)
    #expect(clock.waits.isEmpty)
  }

  @Test("A server that turns its protection on is noticed")
  func turnedOn() async throws {
    let clock = ManualClock()
    let guarded = try GuardedServer { clock.now() }
    guarded.state.withLock { $0.isProtected = false }
    let client = client(of: guarded.server, clock: clock)
    _ = try await client.createFlow(create)
    _ = try await client.createFlow(create)
    #expect(guarded.server.requests.count == 2, "two calls, and no question for a token")
    guarded.state.withLock { $0.isProtected = true }
    _ = try await client.createFlow(create)
    #expect(guarded.state.withLock { $0.issued } == 1)
  }

  @Test("Where the settings forbid tokens, the failure names the setting")
  func unsupported() async throws {
    let clock = ManualClock()
    let guarded = try GuardedServer { clock.now() }
    let client = client(of: guarded.server, clock: clock) { $0.supportsCSRF = false }
    let failure = await #expect(throws: PrefectFailure.self) { try await client.createFlow(create) }
    #expect(failure?.kind == .configuration)
    #expect(failure?.remedy == "Set PREFECT_CLIENT_CSRF_SUPPORT_ENABLED to true.")
    #expect(guarded.state.withLock { $0.issued } == 0)
  }

  @Test("A proxy that drops the token is named after the second refusal")
  func dropped() async throws {
    let server = try ScriptedServer { request in
      request.target.hasPrefix("/api/csrf-token")
        ? .json(200, ["token": "t", "client": "c", "expiration": "2100-01-01T00:00:00Z"])
        : .json(403, ["detail": "Missing CSRF token."])
    }
    let failure = await #expect(throws: PrefectFailure.self) {
      try await client(of: server).createFlow(create)
    }
    #expect(failure?.kind == .configuration)
    #expect(failure?.remedy?.contains("proxy") == true)
    #expect(server.calls.count == 2)
  }
}
