/// The thread that moves all bytes of a client. It ends when the engine is given up.
final class Engine: Sendable {
  private let loop: EngineLoop

  init(_ configuration: HTTPConfiguration) {
    loop = EngineLoop(configuration)
    loop.startThread()
  }

  deinit { loop.post(.stop) }

  /// Puts a transfer in the queue. It always comes to its end, even where there is no thread to move it.
  ///
  /// - Parameter completion: called once, on the engine's thread as a rule.
  func start(_ transfer: Transfer, completion: @escaping @Sendable (TransferEnd) -> Void) {
    loop.post(.start(transfer, completion))
  }

  /// Ends a transfer, whether it waits, runs or has ended before.
  func cancel(_ transfer: Transfer) { loop.post(.cancel(transfer)) }

  /// Lets a transfer go on whose consumer has caught up.
  func resume(_ transfer: Transfer) { loop.post(.resume(transfer)) }
}
