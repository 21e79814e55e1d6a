import FoundationEssentials
import Glibc
import JSON
import Sandbox
import Synchronization

/// What came back over the wire.
struct Answer: Sendable {
  let status: Int
  /// Names in lower case.
  let headers: [String: String]
  let body: [UInt8]
  /// Whether the body was shorter than its `Content-Length`.
  let isCut: Bool

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
}

struct WireError: Error {
  let message: String
}

/// A small blocking HTTP client on sockets: one request a connection, nothing clever, everything visible.
enum Wire {
  static func ask(
    _ method: String = "GET", port: Int, _ target: String, headers: [String: String] = [:], body: [UInt8] = []
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      // Off the cooperative pool: the server's handlers need its few threads.
      BackgroundThread.start {
        continuation.resume(with: Result { try exchange(method, port, target, headers, body) })
      }
    }
  }

  private static func exchange(
    _ method: String, _ port: Int, _ target: String, _ headers: [String: String], _ body: [UInt8]
  ) throws -> Answer {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw WireError(message: "no socket") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw WireError(message: "not connected") }
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if !body.isEmpty || method == "POST" { head += "Content-Length: \(body.count)\r\n" }
    send(Array((head + "\r\n").utf8) + body, to: descriptor)
    return try parse(receive(from: descriptor))
  }

  /// A server that has answered already may not read on: what it said is what counts.
  private static func send(_ bytes: [UInt8], to descriptor: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  private static func receive(from descriptor: Int32) -> [UInt8] {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return received }
      received += buffer.prefix(count)
    }
  }

  private static func parse(_ bytes: [UInt8]) throws -> Answer {
    var start = 0
    while true {
      guard
        let end = (start..<max(start, bytes.count - 3)).first(where: {
          bytes[$0..<$0 + 4].elementsEqual("\r\n\r\n".utf8)
        })
      else { throw WireError(message: "no answer") }
      let lines = String(decoding: bytes[start..<end], as: UTF8.self).split(separator: "\r\n")
      let status = Int(lines[0].split(separator: " ")[1]) ?? 0
      start = end + 4
      if status == 100 { continue }
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        headers[parts[0].lowercased()] = parts[1].trimmingPrefix(" ").description
      }
      let body = Array(bytes[start...])
      let length = headers["content-length"].flatMap { Int($0) } ?? body.count
      return Answer(status: status, headers: headers, body: body, isCut: body.count < length)
    }
  }
}

/// Starts a sandbox for the time of a test.
@discardableResult
func withSandbox<Result>(
  _ change: (inout SandboxOptions) -> Void = { _ in }, _ body: (Sandbox) async throws -> Result
) async throws -> Result {
  var options = SandboxOptions()
  options.now = { Date(timeIntervalSince1970: 1_787_227_200) }  // 2026-08-20T12:00:00Z
  options.holdingNetCDF = { body in try netCDFLock.withLock { _ in try body() } }
  change(&options)
  let sandbox = try await Sandbox.start(options)
  do {
    let result = try await body(sandbox)
    await sandbox.stop()
    return result
  } catch {
    await sandbox.stop()
    throw error
  }
}

extension Sandbox {
  /// The header of a user who signs in with a password.
  func basic(_ user: String? = nil, password: String? = nil) -> String {
    "Basic " + Data("\(user ?? dhis2Username):\(password ?? dhis2Password)".utf8).base64EncodedString()
  }

  /// A call to DHIS2 as the ETL user.
  func dhis2(_ path: String, user: String? = nil) async throws -> Answer {
    try await dhis2("GET", path, user: user)
  }

  func dhis2(
    _ method: String, _ path: String, _ body: JSONValue? = nil, user: String? = nil,
    type: String = "application/json"
  ) async throws -> Answer {
    try await Wire.ask(
      method, port: port, "/dhis2/api/" + path,
      headers: ["Authorization": basic(user), "Content-Type": type], body: body?.bytes() ?? [])
  }

  /// A call to the Climate Data Store.
  func cds(_ path: String, key: String? = nil) async throws -> Answer { try await cds("GET", path, key: key) }

  func cds(_ method: String, _ path: String, _ body: JSONValue? = nil, key: String? = nil) async throws
    -> Answer
  {
    try await Wire.ask(
      method, port: port, "/cds/api/" + path,
      headers: ["PRIVATE-TOKEN": key ?? cdsKey, "Content-Type": "application/json"], body: body?.bytes() ?? []
    )
  }

  /// Creates three data elements and a data set that holds them, open to the user, for all units of a level.
  func prepare(
    level: Int = 3, zeroIsSignificant: Bool = true, openFuturePeriods: Int = 1, expiryDays: Int = 0,
    valueType: String = "NUMBER", aggregation: String = "SUM", codes: Bool = false,
    inputPeriods: JSONValue = [], user: String? = nil
  ) async throws {
    let units = orgUnits().filter { $0.level == level }.map { JSONValue.object(["id": .string($0.id)]) }
    let elements = ["One", "Two", "Six"].map { name -> JSONValue in
      var element: JSONObject = [
        "id": .string("TestElem\(name)"), "name": .string("Element \(name)"),
        "shortName": .string("Element \(name)"),
        "valueType": .string(valueType), "domainType": "AGGREGATE", "aggregationType": .string(aggregation),
        "zeroIsSignificant": .bool(zeroIsSignificant),
      ]
      if codes {
        element["code"] = .string(name.uppercased())
        element["attributeValues"] = [["attribute": ["id": "AttributeUI"], "value": .string("attr-\(name)")]]
      }
      return .object(element)
    }
    let bundle: JSONValue = [
      "dataElements": .array(elements),
      "dataSets": [
        [
          "id": "TestDataSet", "name": "Set", "shortName": "Set", "periodType": "Monthly",
          "code": codes ? "SET" : .null, "dataInputPeriods": inputPeriods,
          "openFuturePeriods": .integer(openFuturePeriods), "expiryDays": .integer(expiryDays),
          "organisationUnits": .array(units),
          "dataSetElements": .array(elements.map { ["dataElement": ["id": $0["id"] ?? .null]] }),
          "sharing": ["public": "rwrw----"],
        ]
      ],
    ]
    let answer = try await dhis2("POST", "metadata", bundle, user: user)
    guard answer.status == 200 else { throw WireError(message: answer.text) }
  }
}

/// A file for the time of a test.
@discardableResult
func withTemporaryFile<Result>(_ content: [UInt8], _ body: (String) async throws -> Result) async throws
  -> Result
{
  var template = Array("/tmp/sandbox-test-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  _ = content.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  close(descriptor)
  let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  defer { unlink(path) }
  return try await body(path)
}
