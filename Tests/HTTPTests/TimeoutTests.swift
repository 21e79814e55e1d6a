import Essentials
import HTTP
import Testing

@Suite("Time-outs")
struct TimeoutTests {
  private func failure(_ request: HTTPRequest) async -> HTTPFailure? {
    var request = request
    request.retry = .never
    return await httpFailure { try await HTTPClient().send(request) }
  }

  @Test("A server that says nothing: idle", arguments: [false, true])
  func idle(inMidBody: Bool) async throws {
    let done = Signal()
    let server = try TestServer { _, connection in
      if inMidBody {
        connection.head(200, [("Content-Length", "100")])
        connection.send([1, 2, 3])
      }
      done.block()
      connection.close()
    }
    defer { done.fire() }
    var request = HTTPRequest(.get, server.url())
    request.timeouts.idle = .milliseconds(60)
    let failure = await failure(request)
    #expect(failure?.reason == .timedOut(.idle, after: .milliseconds(60)))
    #expect(failure?.kind == .transient)
    #expect(failure?.message == "GET \(server.url()): nothing arrived for 60 ms")
  }

  @Test("A server that never ends: total, though something always arrives")
  func total() async throws {
    let server = try TestServer { _, connection in
      connection.head(200, [])
      while connection.send([65]) {}
    }
    var request = HTTPRequest(.get, server.url())
    request.timeouts.total = .milliseconds(80)
    #expect(await failure(request)?.reason == .timedOut(.total, after: .milliseconds(80)))
  }

  @Test("A total that ends while a request waits for its turn")
  func totalInQueue() async throws {
    let arrived = Signal()
    let done = Signal()
    let server = try TestServer { _, connection in
      arrived.fire()
      done.block()
      connection.answer(200, text: "ok")
    }
    let client = HTTPClient(configuration: HTTPConfiguration(mostTransfers: 1))
    let url = server.url()
    async let first = client.send(HTTPRequest(.get, url))
    await arrived.wait()
    var request = HTTPRequest(.get, url)
    request.timeouts.total = .milliseconds(30)
    let failure = await httpFailure { try await client.send(request) }
    #expect(failure?.reason == .timedOut(.total, after: .milliseconds(30)))
    done.fire()
    #expect(try await first.text == "ok")
  }

  @Test("A connection that does not stand in time: connect")
  func connect() async throws {
    // A listener whose queue is full and that accepts nobody: further connections stay half open.
    let listener = try DeafListener()
    var request = HTTPRequest(.get, "http://127.0.0.1:\(listener.port)/")
    request.timeouts.connect = .milliseconds(80)
    #expect(await failure(request)?.reason == .timedOut(.connect, after: .milliseconds(80)))
  }
}
