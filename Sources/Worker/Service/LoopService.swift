import ServiceLifecycle

/// A loop as a service: it drains when the group is shut down.
struct LoopService: Service {
  let loop: FlowRunLoop

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await loop.run()
    } onGracefulShutdown: {
      // The handler cannot wait; the loop does.
      Task { await loop.stop() }
    }
  }
}
