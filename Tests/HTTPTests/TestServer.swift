import Glibc
import Synchronization

/// A server on loopback that answers as a test tells it to, a thread a connection, on plain sockets, so that it can
/// do what no proper server does: cut off, lie about lengths, wait for a signal.
final class TestServer: Sendable {
  typealias Handler = @Sendable (TestRequest, TestConnection) -> Void

  let port: Int
  private let listener: Int32
  private let connections = Mutex(0)

  /// How many connections have been opened so far.
  var connectionCount: Int { connections.withLock { $0 } }

  func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

  /// - Parameters:
  ///   - greeting: sent to whoever connects, before anything is read, as a server of another protocol does; the
  ///     connection then closes.
  ///   - readsBodies: whether the handler is called after the body has been read, or as soon as the head has.
  ///   - handler: answers one request; the connection goes on with the next unless the handler closes it.
  init(greeting: String? = nil, readsBodies: Bool = true, _ handler: @escaping Handler) throws {
    let (listener, port) = try Self.listen()
    self.listener = listener
    self.port = port
    Thread.start { [weak self] in
      while true {
        let socket = accept(listener, nil, nil)
        if socket < 0, errno == ECONNABORTED || errno == EINTR { continue }
        guard socket >= 0 else {
          // Closed here and nowhere else: a number that is given back while this thread still uses it would soon be
          // another server's.
          Glibc.close(listener)
          return
        }
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        self?.connections.withLock { $0 += 1 }
        Thread.start {
          let connection = TestConnection(socket)
          if let greeting {
            connection.send(Array(greeting.utf8))
            connection.waitForClose()
            return connection.close()
          }
          while let request = connection.readRequest(withBody: readsBodies) {
            handler(request, connection)
            if connection.isClosed || request.headers["connection"] == "close" { break }
          }
          connection.close()
        }
      }
    }
  }

  deinit {
    // Wakes the accepting thread and makes it end.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private static func listen() throws -> (Int32, Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) | Glibc.listen(listener, 512)
          | getsockname(listener, address, &length)
      }
    }
    guard listener >= 0, code == 0 else {
      throw TestFault("cannot listen: \(String(cString: strerror(errno)))")
    }
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// A port of loopback that nobody listens on.
  static func closedPort() throws -> Int {
    let (listener, port) = try listen()
    Glibc.close(listener)
    return port
  }
}

/// What a test could not set up.
struct TestFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Plain threads for the server, so that it never waits for the threads that the client's tasks run on.
enum Thread {
  static func start(_ work: @escaping @Sendable () -> Void) {
    final class Job: Sendable {
      let work: @Sendable () -> Void
      init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var thread = pthread_t()
    let job = Unmanaged.passRetained(Job(work))
    pthread_create(
      &thread, nil,
      { pointer in
        if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().work() }
        return nil
      }, job.toOpaque())
    pthread_detach(thread)
  }
}
