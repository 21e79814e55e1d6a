import Essentials
import Glibc
import HTTP
import Testing

@Suite("Downloading to a file")
struct DownloadTests {
  @Test("The file is whole, replaces an older one, and no temporary name is left")
  func whole() async throws {
    let folder = try TemporaryFolder()
    try folder.write([9, 9, 9], to: "out.nc")
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 / 3) }
    let server = try TestServer { request, connection in
      #expect(request.headers["accept-encoding"] == nil)
      connection.answer(200, [("X-Kind", "netcdf")], bytes)
    }
    let told = Recorder<HTTPProgress>()
    let download = try await HTTPClient().download(HTTPRequest(.get, server.url()), to: folder.file("out.nc"))
    {
      told.add($0)
    }
    #expect(download.byteCount == 1_000_000)
    #expect(download.path == folder.file("out.nc"))
    #expect(download.response.status == 200)
    #expect(download.response.headers["X-Kind"] == "netcdf")
    #expect(download.response.body.isEmpty)
    #expect(try folder.read("out.nc") == bytes)
    #expect(folder.names == ["out.nc"])
    #expect(told.values.last == HTTPProgress(bytes: 1_000_000, total: 1_000_000))
  }

  @Test("An empty body makes an empty file")
  func empty() async throws {
    let folder = try TemporaryFolder()
    let server = try TestServer { _, connection in connection.answer(200) }
    let download = try await HTTPClient().download(HTTPRequest(.get, server.url()), to: folder.file("out"))
    #expect(download.byteCount == 0)
    #expect(try folder.read("out").isEmpty)
  }

  @Test("An answer that is no success comes with its body and changes no file")
  func refused() async throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2, 3], to: "out")
    let server = try TestServer { _, connection in connection.answer(403, text: "licence not accepted") }
    let download = try await HTTPClient().download(HTTPRequest(.get, server.url()), to: folder.file("out"))
    #expect(download.response.status == 403)
    #expect(download.response.text == "licence not accepted")
    #expect(download.byteCount == 0)
    #expect(try folder.read("out") == [1, 2, 3])
    #expect(folder.names == ["out"])
  }

  @Test("A body shorter than its length leaves no file")
  func cutOff() async throws {
    let folder = try TemporaryFolder()
    let server = try TestServer { _, connection in
      connection.head(200, [("Content-Length", "100")])
      connection.send([1, 2, 3])
      connection.close()
    }
    var request = HTTPRequest(.get, server.url())
    request.retry = .never
    let failure = await httpFailure {
      try await HTTPClient().download(request, to: folder.file("out"))
    }
    guard case .cutOff = failure?.reason else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(folder.names.isEmpty)
  }

  @Test("A folder that is not there is told before anything is asked")
  func missingFolder() async throws {
    let folder = try TemporaryFolder()
    let server = try TestServer { _, connection in connection.answer(200, text: "ok") }
    let path = folder.file("missing/out")
    let failure = await httpFailure {
      try await HTTPClient().download(HTTPRequest(.get, server.url()), to: path)
    }
    #expect(
      failure?.reason == .cannotWriteFile(path: path, error: "No such file or directory", isOfSystem: false))
    #expect(failure?.kind == .configuration)
    #expect(server.connectionCount == 0)
  }

  @Test("A folder that has the name already is told, and stays")
  func folderInTheWay() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("out")
    #expect(mkdir(path, 0o755) == 0)
    defer { rmdir(path) }
    let server = try TestServer { _, connection in connection.answer(200, text: "ok") }
    let failure = await httpFailure {
      try await HTTPClient().download(HTTPRequest(.get, server.url()), to: path)
    }
    #expect(failure?.reason == .cannotWriteFile(path: path, error: "Is a directory", isOfSystem: false))
    #expect(folder.names == ["out"])
  }
}
