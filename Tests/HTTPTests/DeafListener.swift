import Glibc

/// A port whose queue of waiting connections is full, so that a further one is neither refused nor taken.
final class DeafListener {
  let port: Int
  private var sockets: [Int32] = []

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    sockets = [listener]
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) | listen(listener, 0) | getsockname(listener, address, &length)
      }
    }
    guard code == 0 else { throw TestFault("cannot listen") }
    port = Int(UInt16(bigEndian: address.sin_port))
    // The queue takes one or two more than it says.
    for _ in 0..<4 {
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      _ = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(client, $0, length) }
      }
      sockets.append(client)
    }
  }

  deinit { for socket in sockets { close(socket) } }
}
