import HTTP
import Testing

@Suite("Cancellation", .timeLimit(.minutes(5)))
struct CancellationTests {
  @Test("Cancelling the task aborts in mid-body, and the server sees the connection closed")
  func midBody() async throws {
    let arrived = Signal()
    let closed = Signal()
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "100")])
      connection.send([1, 2, 3])
      arrived.fire()
      connection.waitForClose()
      closed.fire()
    }
    let client = HTTPClient()
    let url = server.url()
    let task = Task { try await client.send(HTTPRequest(.get, url)) }
    await arrived.wait()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await closed.wait()
  }

  @Test("A task that is cancelled beforehand sends nothing")
  func beforehand() async throws {
    let server = try TestServer { _, connection in connection.answer(200, text: "ok") }
    let client = HTTPClient()
    let url = server.url()
    let begun = Signal()
    let task = Task {
      await begun.wait()
      return try await client.send(HTTPRequest(.get, url))
    }
    task.cancel()
    begun.fire()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(server.connectionCount == 0)
  }

  @Test("A request that waits for its turn is cancelled without having been sent")
  func inQueue() async throws {
    let arrived = Signal()
    let done = Signal()
    let paths = Recorder<String>()
    let server = try TestServer { request, connection in
      paths.add(request.path)
      arrived.fire()
      done.block()
      connection.answer(200, text: "ok")
    }
    let client = HTTPClient(configuration: HTTPConfiguration(mostTransfers: 1))
    let (one, two) = (server.url("/1"), server.url("/2"))
    async let first = client.send(HTTPRequest(.get, one))
    await arrived.wait()
    let task = Task { try await client.send(HTTPRequest(.get, two)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    done.fire()
    #expect(try await first.text == "ok")
    #expect(paths.values == ["/1"])
  }

  @Test("A cancelled download leaves no file")
  func download() async throws {
    let folder = try TemporaryFolder()
    let arrived = Signal()
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "100")])
      connection.send([1, 2, 3])
      connection.waitForClose()
    }
    let client = HTTPClient()
    let (url, path) = (server.url(), folder.file("out"))
    let task = Task { try await client.download(HTTPRequest(.get, url), to: path) { _ in arrived.fire() } }
    await arrived.wait()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(folder.names.isEmpty)
  }

  @Test("Cancelling one of many leaves the others alone")
  func oneOfMany() async throws {
    let arrived = Recorder<String>()
    let all = Signal()
    let done = Signal()
    let server = try TestServer { request, connection in
      if arrived.count(adding: request.path) == 20 { all.fire() }
      done.block()
      connection.answer(200, text: request.path)
    }
    let client = HTTPClient()
    let base = server.url()
    let tasks = (0..<20).map { number in
      Task { try await client.send(HTTPRequest(.get, "\(base)\(number)")).text }
    }
    await all.wait()
    for number in stride(from: 0, to: 20, by: 2) { tasks[number].cancel() }
    for number in stride(from: 0, to: 20, by: 2) {
      await #expect(throws: CancellationError.self) { try await tasks[number].value }
    }
    done.fire()
    for number in stride(from: 1, to: 20, by: 2) { #expect(try await tasks[number].value == "/\(number)") }
  }
}
