import HTTP
import Testing

@Suite("Streaming a body", .timeLimit(.minutes(5)))
struct StreamTests {
  @Test("The head comes before the body, and the body piece by piece")
  func pieces() async throws {
    let next = Signal()
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "6"), ("X-Kind", "test")])
      next.block()
      connection.send(Array("abc".utf8))
      connection.send(Array("def".utf8))
    }
    let stream = try await HTTPClient().stream(HTTPRequest(.get, server.url("/x")))
    #expect(stream.status == 200)
    #expect(stream.headers["X-Kind"] == "test")
    #expect(stream.url == server.url("/x"))
    next.fire()
    var text = ""
    for try await chunk in stream { text += String(decoding: chunk, as: UTF8.self) }
    #expect(text == "abcdef")
  }

  @Test("A body of 40 MB arrives whole and in order")
  func large() async throws {
    let count = 40 << 20
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "\(count)")])
      for block in 0..<(count / 65_536) {
        connection.send([UInt8](repeating: UInt8(truncatingIfNeeded: block), count: 65_536))
      }
    }
    var position = 0
    var isRight = true
    for try await chunk in try await HTTPClient().stream(HTTPRequest(.get, server.url())) {
      chunk.withUnsafeBytes { bytes in
        for byte in bytes {
          isRight = isRight && byte == UInt8(truncatingIfNeeded: position / 65_536)
          position += 1
        }
      }
    }
    #expect(position == count)
    #expect(isRight)
  }

  @Test("While the reader stalls, the server is held back; then all arrives")
  func backPressure() async throws {
    let stalled = Recorder<Int>()
    let signal = Signal()
    let count = 500 << 20
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "\(count)")])
      let sent = connection.sendUntilStalled(count, milliseconds: 300)
      stalled.add(sent)
      signal.fire()
      // The rest, once the reader goes on; it stops reading after a while.
      _ = connection.sendUntilStalled(64 << 20, milliseconds: 120_000)
    }
    let stream = try await HTTPClient().stream(HTTPRequest(.get, server.url()))
    await signal.wait()
    let sent = try #require(stalled.values.first)
    // What the sockets of both sides hold, and 256 kB of ours.
    #expect(sent < 16 << 20)
    var read = 0
    for try await chunk in stream {
      // Handed over at once is what waited, and one chunk at most besides.
      #expect(chunk.count <= 256 << 10 + 16 << 10)
      read += chunk.count
      if read > sent + 32 << 20 { break }
    }
    #expect(read > sent + 32 << 20)
  }

  @Test("A stalled reader is not idle")
  func notIdle() async throws {
    let stalled = Recorder<Int>()
    let signal = Signal()
    let done = Signal()
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "\(64 << 20)")])
      stalled.add(connection.sendUntilStalled(64 << 20, milliseconds: 900))
      signal.fire()
      done.block()
    }
    defer { done.fire() }
    var request = HTTPRequest(.get, server.url())
    // Shorter than the time for which the reader stalls.
    request.timeouts.idle = .milliseconds(500)
    let stream = try await HTTPClient().stream(request)
    await signal.wait()
    let sent = try #require(stalled.values.first)
    var read = 0
    for try await chunk in stream {
      read += chunk.count
      if read == sent { break }
    }
    #expect(read == sent)
  }

  @Test("A body that breaks off ends in a failure, after the bytes that came")
  func cutOff() async throws {
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "100")])
      connection.send(Array("abc".utf8))
      connection.close()
    }
    let stream = try await HTTPClient().stream(HTTPRequest(.get, server.url()))
    var text = ""
    let failure = await httpFailure {
      for try await chunk in stream { text += String(decoding: chunk, as: UTF8.self) }
    }
    #expect(text == "abc")
    guard case .cutOff = failure?.reason else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test("An answer that is no success brings its body; an empty one ends at once")
  func others() async throws {
    let server = try TestServer { request, connection in
      if request.path == "/404" { connection.answer(404, text: "not here") } else { connection.answer(200) }
    }
    let client = HTTPClient()
    let missing = try await client.stream(HTTPRequest(.get, server.url("/404")))
    #expect(missing.status == 404)
    #expect(try await missing.reduce(into: [UInt8]()) { $0 += $1 } == Array("not here".utf8))
    let empty = try await client.stream(HTTPRequest(.get, server.url("/200")))
    #expect(try await empty.reduce(0) { $0 + $1.count } == 0)
  }

  @Test("Letting go of a stream closes the connection, and so does cancelling who reads")
  func cancellation() async throws {
    let closed = [Signal(), Signal()]
    let server = try TestServer { request, connection in
      connection.head(200, [("Content-Length", "100")])
      connection.send([1, 2, 3])
      connection.waitForClose()
      closed[request.path == "/0" ? 0 : 1].fire()
    }
    let client = HTTPClient()
    var stream: HTTPStream? = try await client.stream(HTTPRequest(.get, server.url("/0")))
    #expect(stream?.status == 200)
    stream = nil
    await closed[0].wait()

    let reading = Signal()
    let url = server.url("/1")
    let task = Task {
      for try await _ in try await client.stream(HTTPRequest(.get, url)) { reading.fire() }
    }
    await reading.wait()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await closed[1].wait()
  }

  @Test("A stream outlives its client")
  func outlives() async throws {
    let next = Signal()
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "3")])
      next.block()
      connection.send(Array("abc".utf8))
    }
    let stream = try await HTTPClient().stream(HTTPRequest(.get, server.url()))
    next.fire()
    #expect(try await stream.reduce(into: [UInt8]()) { $0 += $1 } == Array("abc".utf8))
  }
}
