import Essentials
import HTTP
import Testing

@Suite("TLS", .enabled(if: OpenSSLServer.isPresent, "needs the openssl command"))
struct TLSTests {
  private func failure(_ url: String, _ authorities: String?) async -> HTTPFailure? {
    let client = HTTPClient(configuration: HTTPConfiguration(certificateAuthorities: authorities))
    var request = HTTPRequest(.get, url)
    request.retry = .never
    return await httpFailure { try await client.send(request) }
  }

  @Test("A certificate that nobody trusts is refused, with what to do")
  func untrusted() async throws {
    let folder = try TemporaryFolder()
    let server = try OpenSSLServer(folder, name: "IP:127.0.0.1")
    let failure = await failure("https://127.0.0.1:\(server.port)/", nil)
    guard case .untrusted = failure?.reason else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(failure?.kind == .configuration)
    #expect(failure?.message.contains("the certificate of the server is not trusted") == true)
    #expect(failure?.message.contains("self-signed certificate") == true)
    #expect(failure?.remedy?.contains("certificate authorities") == true)
  }

  @Test("With its authority given it is trusted, for several requests")
  func trusted() async throws {
    let folder = try TemporaryFolder()
    let server = try OpenSSLServer(folder, name: "IP:127.0.0.1")
    let client = HTTPClient(configuration: HTTPConfiguration(certificateAuthorities: folder.file("cert.pem")))
    for _ in 0..<3 {
      let response = try await client.send(HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
      #expect(response.status == 200)
      #expect(response.text.contains("s_server"))
    }
  }

  @Test("A trusted certificate of another host is refused")
  func otherHost() async throws {
    let folder = try TemporaryFolder()
    let server = try OpenSSLServer(folder, name: "DNS:elsewhere.example.org")
    guard
      case .untrusted(let detail) = await failure(
        "https://127.0.0.1:\(server.port)/", folder.file("cert.pem"))?.reason
    else {
      Issue.record("not refused")
      return
    }
    #expect(detail.contains("127.0.0.1"))
  }

  @Test("A file of authorities that is not there is named")
  func missingAuthorities() async throws {
    let folder = try TemporaryFolder()
    let server = try OpenSSLServer(folder, name: "IP:127.0.0.1")
    let failure = await failure("https://127.0.0.1:\(server.port)/", folder.file("missing.pem"))
    guard case .untrusted(let detail) = failure?.reason else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(detail.contains(folder.file("missing.pem")))
  }

  @Test("TLS with a server that speaks none is no connection")
  func plainServer() async throws {
    let server = try TestServer(greeting: "SSH-2.0-OpenSSH_9.2\r\n") { _, _ in }
    let failure = await failure("https://127.0.0.1:\(server.port)/", nil)
    guard case .tls = failure?.reason else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(failure?.kind == .transient)
  }
}
