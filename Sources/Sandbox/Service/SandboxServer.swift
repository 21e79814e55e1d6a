internal import Essentials
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// The HTTP server under the stand-ins.
///
/// A thin layer over Hummingbird: it reads a request, hands it on as a ``Call``, and writes the ``Reply`` back, whole
/// or broken on purpose.
struct SandboxServer: Sendable {
  /// Answers a request, and says how the answer is to be broken.
  typealias Handler = @Sendable (Call, _ tooLong: Bool) async -> (reply: Reply, way: SandboxFault.Way?)

  let handler: Handler
  /// The longest body by path; a longer one is not read.
  let bodyLimit: @Sendable (String) -> Int

  /// The server as a service, to be run and stopped in a group.
  ///
  /// It is stopped by the group's graceful shutdown, not by cancelling: NIO takes that ill in the moment when a connection
  /// is made, and ends the process.
  func group(port: Int, started: @escaping @Sendable (Int) -> Void) -> ServiceGroup {
    let builder = HTTPServerBuilder { responder in
      HTTP1Channel(responder: { request, writer, channel in
        try await Self.continueIfExpected(request, writer, limit: bodyLimit)
        try await responder(request, writer, channel)
      })
    }
    var quiet = Logger(label: "sluice.sandbox")
    quiet.logLevel = .critical
    let application = Application(
      responder: CallbackResponder { (request: Request, _: BasicRequestContext) in await respond(to: request)
      },
      server: builder,
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
      onServerRunning: { started($0.localAddress?.port ?? 0) },
      logger: quiet)
    var configuration = ServiceGroupConfiguration(services: [application], logger: quiet)
    // Whoever is still being answered then is cut off.
    configuration.maximumGracefulShutdownDuration = .seconds(1)
    return ServiceGroup(configuration: configuration)
  }

  /// curl sends long bodies only when it is told to go on; without this it would wait a second every time.
  private static func continueIfExpected(
    _ request: Request, _ writer: borrowing ResponseWriter, limit: (String) -> Int
  ) async throws {
    guard request.headers[.expect]?.lowercased() == "100-continue" else { return }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit(request.uri.path) {
      return
    }
    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
  }

  private func respond(to request: Request) async -> Response {
    var call = Call(
      method: request.method.rawValue, target: request.head.path ?? "/",
      headers: request.headers.map { (name: $0.name.canonicalName, value: $0.value) })
    var tooLong = false
    let limit = bodyLimit(call.path)
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      tooLong = true
    } else {
      do {
        call.body = Array(buffer: try await request.body.collect(upTo: limit))
      } catch {
        // Hummingbird says no more than that the body was longer, or that the client went away.
        tooLong = true
      }
    }
    let (reply, way) = await handler(call, tooLong)
    return response(reply, way: way, isHead: call.method == "HEAD")
  }

  private func response(_ reply: Reply, way: SandboxFault.Way?, isHead: Bool) -> Response {
    var reply = reply
    if way == .wrongLength { reply.body = reply.body.prefix(reply.body.length / 2) }
    var fields = HTTPFields()
    for (name, value) in reply.headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    fields[.contentLength] = String(reply.body.length)
    let body: ResponseBody
    if way == .lostAnswer {
      body = ResponseBody(contentLength: reply.body.length) { _ in throw Cut() }
    } else if isHead {
      body = ResponseBody()
    } else if way == .cut {
      let half = reply.body.prefix(reply.body.length / 2)
      body = ResponseBody(contentLength: reply.body.length) { writer in
        try await Self.write(half, to: &writer)
        throw Cut()
      }
    } else if case .bytes(let bytes) = reply.body {
      body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    } else {
      let content = reply.body
      body = ResponseBody(contentLength: content.length) { writer in
        try await Self.write(content, to: &writer)
        try await writer.finish(nil)
      }
    }
    return Response(status: .init(code: reply.status), headers: fields, body: body)
  }

  private static func write(_ body: Reply.Body, to writer: inout any ResponseBodyWriter) async throws {
    switch body {
    case .bytes(let bytes): try await writer.write(ByteBuffer(bytes: bytes))
    case .file(let path, let range):
      var position = range.lowerBound
      while position < range.upperBound {
        let chunk = try ServedFile.read(path, at: position, count: min(1 << 18, range.upperBound - position))
        try await writer.write(ByteBuffer(bytes: chunk))
        position += chunk.count
      }
    }
  }

  /// Closes the connection in the middle of an answer.
  private struct Cut: Error {}
}
