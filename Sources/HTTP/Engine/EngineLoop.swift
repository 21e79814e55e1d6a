internal import CCurl
import Glibc
import Synchronization

/// libcurl's multi interface and the transfers that it drives, on one thread.
///
/// Unchecked: `mailbox` has its lock; `multi` and `share` never change; everything else is touched by the engine's thread
/// only, which libcurl's callbacks run on and no actor could be.
final class EngineLoop: @unchecked Sendable {
  enum Command {
    case start(Transfer, @Sendable (TransferEnd) -> Void)
    case cancel(Transfer)
    case resume(Transfer)
    case stop
  }

  private struct Mailbox {
    var commands: [Command] = []
    var isClosed = false
  }

  private static let isLibraryReady = ccurl_global_init() == CURLE_OK
  private static let mostIdleHandles = 64

  private let configuration: HTTPConfiguration
  private let mailbox = Mutex(Mailbox())
  private let multi: UnsafeMutableRawPointer?
  private let share: UnsafeMutableRawPointer?

  private var running: [ObjectIdentifier: Transfer] = [:]
  private var waiting: [Transfer] = []
  private var idleHandles: [EasyHandle] = []
  private var nextExpiry = MonotonicTime.distantFuture

  init(_ configuration: HTTPConfiguration) {
    self.configuration = configuration
    multi = Self.isLibraryReady ? curl_multi_init() : nil
    share = Self.isLibraryReady ? curl_share_init() : nil
    if let share {
      // One thread uses all handles, so the share needs no locks.
      ccurl_share(share, CURL_LOCK_DATA_SSL_SESSION)
      if configuration.keepsCookies { ccurl_share(share, CURL_LOCK_DATA_COOKIE) }
    }
    if let multi {
      ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.mostTransfers)
    }
  }

  /// Starts the thread; where that fails, every transfer ends at once with the reason.
  func startThread() {
    guard multi != nil else { return close() }
    var thread = pthread_t()
    let me = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { me in
        guard let me else { return nil }
        let loop = Unmanaged<EngineLoop>.fromOpaque(me).takeRetainedValue()
        // Signals are the main thread's business, and a socket that breaks must not raise SIGPIPE here.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        ccurl_name_thread("sluice-http")
        loop.run()
        return nil
      }, me.toOpaque())
    guard code == 0 else {
      me.release()
      return close()
    }
    pthread_detach(thread)
  }

  deinit {
    // Here and not on the thread: ``post(_:)`` may still be waking it.
    idleHandles = []
    if let multi { curl_multi_cleanup(multi) }
    if let share { curl_share_cleanup(share) }
  }

  func post(_ command: Command) {
    let (isClosed, isFirst) = mailbox.withLock { mailbox in
      guard !mailbox.isClosed else { return (true, false) }
      mailbox.commands.append(command)
      return (false, mailbox.commands.count == 1)
    }
    // Outside the lock, which the thread would only run into.
    if isFirst, let multi { curl_multi_wakeup(multi) }
    if isClosed, case .start(_, let completion) = command { completion(.failed(Self.noEngine)) }
  }

  private static let noEngine = HTTPFailure.Reason.other(
    "the thread for network transfers could not be started")

  private func close() {
    let left = mailbox.withLock { mailbox in
      mailbox.isClosed = true
      defer { mailbox.commands = [] }
      return mailbox.commands
    }
    for case .start(_, let completion) in left { completion(.failed(Self.noEngine)) }
  }

  // MARK: The engine's thread

  private func run() {
    guard let multi else { return }
    var isStopping = false
    while !isStopping {
      let commands = mailbox.withLock { mailbox in
        defer { mailbox.commands = [] }
        return mailbox.commands
      }
      for command in commands {
        switch command {
        case .start(let transfer, let completion):
          transfer.onEnd = completion
          waiting.append(transfer)
        case .cancel(let transfer): cancel(transfer)
        case .resume(let transfer): resume(transfer)
        case .stop: isStopping = true
        }
      }
      startWaiting()
      var count: Int32 = 0
      curl_multi_perform(multi, &count)
      let ended = takeEnded()
      endExpired()
      if isStopping || (ended && !waiting.isEmpty) { continue }
      curl_multi_poll(multi, nil, 0, pollMilliseconds, nil)
    }
    close()
    for transfer in waiting { transfer.finish(.cancelled) }
    for transfer in running.values { end(transfer, .cancelled) }
  }

  private var pollMilliseconds: Int32 {
    let left = nextExpiry.since(.now).milliseconds
    return Int32(min(max(left, 0), 60_000))
  }

  private func startWaiting() {
    guard !waiting.isEmpty else { return }
    let count = min(waiting.count, configuration.mostTransfers - running.count)
    if count > 0 {
      let starting = waiting[..<count]
      waiting.removeFirst(count)
      for transfer in starting { begin(transfer) }
    }
    for transfer in waiting { nextExpiry = min(nextExpiry, transfer.expiry) }
  }

  private func begin(_ transfer: Transfer) {
    guard !transfer.isCancelled else { return transfer.finish(.cancelled) }
    guard let multi, let easy = idleHandles.popLast() ?? newHandle() else {
      return transfer.finish(.failed(.other("libcurl has no memory for another transfer")))
    }
    easy.reset()
    transfer.easy = easy
    if let problem = transfer.configure(easy, configuration) {
      release(transfer)
      return transfer.finish(.failed(problem))
    }
    let code = curl_multi_add_handle(multi, easy.pointer)
    guard code == CURLM_OK else {
      release(transfer)
      return transfer.finish(.failed(.other(String(cString: curl_multi_strerror(code)))))
    }
    transfer.touch()
    running[ObjectIdentifier(transfer)] = transfer
    nextExpiry = min(nextExpiry, transfer.expiry)
  }

  private func newHandle() -> EasyHandle? {
    let handle = EasyHandle()
    if let handle, let share { handle.set(CURLOPT_SHARE, pointer: share) }
    return handle
  }

  private func cancel(_ transfer: Transfer) {
    transfer.isCancelled = true
    if running[ObjectIdentifier(transfer)] != nil {
      end(transfer, .cancelled)
    } else if let place = waiting.firstIndex(where: { $0 === transfer }) {
      waiting.remove(at: place)
      transfer.finish(.cancelled)
    }
  }

  private func resume(_ transfer: Transfer) {
    guard running[ObjectIdentifier(transfer)] != nil else { return }
    transfer.resume()
    nextExpiry = min(nextExpiry, transfer.expiry)
  }

  /// Ends what libcurl is done with; says whether there was any.
  private func takeEnded() -> Bool {
    var any = false
    var left: Int32 = 0
    while let multi, let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE else { continue }
      let code = ccurl_result(message)
      var pointer: UnsafeMutableRawPointer?
      ccurl_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &pointer)
      guard let pointer else { continue }
      let transfer = Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
      end(transfer, transfer.end(code: code))
      any = true
    }
    return any
  }

  private func endExpired() {
    let now = MonotonicTime.now
    guard nextExpiry <= now else { return }
    for transfer in waiting {
      guard let reason = transfer.expired(at: now) else { continue }
      waiting.removeAll { $0 === transfer }
      transfer.finish(.failed(reason))
    }
    for transfer in running.values {
      if let reason = transfer.expired(at: now) { end(transfer, .failed(reason)) }
    }
    nextExpiry = (waiting + running.values).map(\.expiry).min() ?? .distantFuture
  }

  private func end(_ transfer: Transfer, _ end: TransferEnd) {
    running[ObjectIdentifier(transfer)] = nil
    if let multi, let easy = transfer.easy { curl_multi_remove_handle(multi, easy.pointer) }
    release(transfer)
    transfer.finish(end)
  }

  /// Takes the handle back from a transfer that is not in the multi handle (any more).
  private func release(_ transfer: Transfer) {
    if let easy = transfer.easy, idleHandles.count < Self.mostIdleHandles { idleHandles.append(easy) }
    transfer.easy = nil
    curl_slist_free_all(transfer.headerList)
    transfer.headerList = nil
    transfer.upload = nil
  }
}
