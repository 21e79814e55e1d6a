import Dispatch
import Foundation
import Glibc
import Synchronization

/// A way to a server on loopback that a test can break and mend.
package final class BreakableWay: Sendable {
  package let port: Int
  package var apiURL: String { "http://127.0.0.1:\(port)/api" }
  private let target: Int
  private let listener: Int32
  private let state = Mutex(State())

  private struct State {
    var isBroken = false
    var losesAnswers = false
    var refusals = 0
    var open: Set<Int32> = []
  }

  package var isBroken: Bool {
    get { state.withLock { $0.isBroken } }
    set {
      let cut = state.withLock { state in
        state.isBroken = newValue
        return newValue ? state.open : []
      }
      for connection in cut { shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }

  /// Whether requests get through, and their answers do not: the connection ends where the first byte of one would be.
  package var losesAnswers: Bool {
    get { state.withLock { $0.losesAnswers } }
    set { state.withLock { $0.losesAnswers = newValue } }
  }

  /// How often somebody has tried to go this way while it was broken.
  package var refusals: Int { state.withLock { $0.refusals } }

  package init(to url: String) throws {
    target = URLComponents(string: url)?.port ?? 80
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) | listen(listener, 64) | getsockname(listener, $0, &length)
      }
    }
    guard listener >= 0, code == 0 else { throw CocoaError(.fileReadUnknown) }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        let isOpen = state.withLock { state in
          if state.isBroken { state.refusals += 1 } else { state.open.insert(connection) }
          return !state.isBroken
        }
        guard isOpen, let far = connectToTarget() else {
          state.withLock { _ = $0.open.remove(connection) }
          close(connection)
          continue
        }
        let ends = DispatchGroup()
        copy(connection, far, ends)
        copy(far, connection, ends, isAnswer: true)
        ends.notify(queue: .global()) { [self] in
          state.withLock { _ = $0.open.remove(connection) }
          close(connection)
          close(far)
        }
      }
    }
  }

  package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    return address
  }

  private func connectToTarget() -> Int32? {
    let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(target)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      close(far)
      return nil
    }
    return far
  }

  private func copy(_ from: Int32, _ to: Int32, _ ends: DispatchGroup, isAnswer: Bool = false) {
    ends.enter()
    Thread.detachNewThread { [self] in
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      while true {
        let count = recv(from, &buffer, buffer.count, 0)
        guard count > 0, !(isAnswer && losesAnswers), send(to, &buffer, count, Int32(MSG_NOSIGNAL)) == count
        else { break }
      }
      shutdown(to, Int32(SHUT_RDWR))
      shutdown(from, Int32(SHUT_RDWR))
      ends.leave()
    }
  }
}
