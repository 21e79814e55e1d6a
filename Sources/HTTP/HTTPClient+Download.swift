import Essentials

extension HTTPClient {
  /// Streams the body of a 2xx answer to a file.
  ///
  /// The bytes go to a temporary name beside the file; when the length is right they are forced to the disk and the
  /// file gets its name, replacing one that is there. Where a connection breaks, the next attempt asks only for the
  /// rest (`Range`, `If-Range`). No compression is asked for, so that this is possible. An answer with another status
  /// is returned with its body and leaves no file.
  ///
  /// - Parameter progress: told about ten times a second, on the thread that moves all bytes, so it must be quick.
  /// - Throws: ``HTTPFailure`` where there is no answer or the file cannot be written; `CancellationError`. No file is
  ///   left then.
  public func download(
    _ request: HTTPRequest, to path: String, progress: (@Sendable (HTTPProgress) -> Void)? = nil
  ) async throws -> HTTPDownload {
    let draft: DownloadDraft
    let acceptsCompression = request.acceptsCompression ?? false
    do {
      draft = try DownloadDraft(
        for: path, mayResume: !acceptsCompression && request.headers["Range"] == nil, progress: progress)
    } catch {
      throw HTTPFailure(request.method, url: request.url, reason: .cannotWrite(path, error.error))
    }
    defer { draft.discard() }
    let response = try await repeating(request, status: { ($0.status, $0.headers) }) { remaining in
      var plan = try self.plan(request, remaining)
      plan.acceptsCompression = acceptsCompression
      plan.receiveBuffer = 128 << 10
      return try await self.fetch(plan, request, into: draft)
    }
    guard response.isSuccess else { return HTTPDownload(response: response, path: path, byteCount: 0) }
    let syncs = configuration.syncsDownloads
    do {
      try await BlockingWork.run { () throws(DownloadDraft.CannotWrite) in try draft.place(syncing: syncs) }
    } catch let problem as DownloadDraft.CannotWrite {
      throw HTTPFailure(request.method, url: request.url, reason: .cannotWrite(path, problem.error))
    }
    return HTTPDownload(response: response, path: path, byteCount: draft.sink.byteCount)
  }

  /// One attempt to bring the draft to its whole length.
  private func fetch(
    _ plan: TransferPlan, _ request: HTTPRequest, into draft: DownloadDraft
  ) async throws -> HTTPResponse {
    while true {
      var plan = plan
      for field in draft.headersForRest() { plan.headers[field.name] = field.value }
      let (result, address) = try await following(plan) { hop in
        try await self.perform(hop) { head in
          guard head.isSuccess, let place = draft.destination(of: head) else {
            return .memory(limit: request.largestBody)
          }
          return place
        }
      }
      if draft.isRefusedRest(result.head.status) { continue }
      if result.head.isSuccess {
        if !result.body.isEmpty {
          throw failure(request, .badAnswer("its Content-Range is not the part that was asked for"))
        }
        if let total = draft.sink.total, total != draft.sink.byteCount {
          throw failure(request, .cutOff("\(draft.sink.byteCount) of \(total) bytes arrived"))
        }
      }
      return HTTPResponse(
        status: result.head.status, headers: result.head.headers, body: result.body, url: address.text)
    }
  }

  private func failure(_ request: HTTPRequest, _ reason: HTTPFailure.Reason) -> HTTPFailure {
    HTTPFailure(request.method, url: request.url, reason: reason)
  }
}
