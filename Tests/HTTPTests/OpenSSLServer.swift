import Glibc

/// A TLS server made of the `openssl` command, with a certificate that nobody signed but itself.
final class OpenSSLServer {
  let port: Int
  private let process: pid_t
  private let output: Int32

  static let isPresent = access("/usr/bin/openssl", X_OK) == 0

  /// Makes `cert.pem` and `key.pem` in the folder and serves with them.
  ///
  /// - Parameter name: what the certificate is for, such as `IP:127.0.0.1`.
  init(_ folder: TemporaryFolder, name: String) throws {
    let make = try Self.spawn([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=sluice test", "-addext", "subjectAltName=\(name)",
      "-keyout", folder.file("key.pem"), "-out", folder.file("cert.pem"),
    ])
    waitpid(make.process, nil, 0)
    close(make.output)
    let server = try Self.spawn([
      "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", folder.file("cert.pem"), "-key",
      folder.file("key.pem"),
    ])
    process = server.process
    output = server.output
    // It says "ACCEPT 127.0.0.1:port" when it is ready.
    var text = ""
    var byte: UInt8 = 0
    while !(text.contains("ACCEPT") && text.hasSuffix("\n")), read(server.output, &byte, 1) == 1 {
      text.unicodeScalars.append(Unicode.Scalar(byte))
    }
    guard let digits = text.split(separator: ":").last, let port = Int(digits.filter(\.isNumber)) else {
      throw TestFault("openssl s_server says: \(text)")
    }
    self.port = port
  }

  deinit {
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
    close(output)
  }

  private static func spawn(_ arguments: [String]) throws -> (process: pid_t, output: Int32) {
    var pipes: [Int32] = [0, 0]
    guard pipe(&pipes) == 0 else { throw TestFault("no pipe") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addclose(&actions, pipes[0])
    var words: [UnsafeMutablePointer<CChar>?] = (["openssl"] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process = pid_t()
    guard posix_spawn(&process, "/usr/bin/openssl", &actions, nil, &words, environ) == 0 else {
      throw TestFault("openssl does not start")
    }
    close(pipes[1])
    return (process, pipes[0])
  }
}
