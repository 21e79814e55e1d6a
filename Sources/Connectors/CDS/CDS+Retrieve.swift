public import Essentials

extension CDS {
  /// Hands a request in, waits for its job, and downloads the file.
  ///
  /// - Parameters:
  ///   - budget: how long to wait in the store's queue, which can take hours.
  ///   - progress: is told how far the download has come, from 0 to 1.
  ///   - log: is told when the job is taken, each change of its status, and what the store says of it.
  /// - Returns: the job's id and the size of the file in bytes.
  public func retrieve(
    _ request: CDSRequest, to path: String, budget: Duration = .seconds(24 * 3600), clock: any WallClock,
    log: Log,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) async throws -> (job: String, byteCount: Int) {
    var job = try await submitPatiently(request, clock: clock, log: log)
    log.info("the Climate Data Store took the request as job \(job.id): \(request.inWords)")
    var waited = Duration.zero
    var interval = Duration.seconds(1)
    var told = 0
    while true {
      for message in job.messages.dropFirst(told) { log.info("job \(job.id): \(message)") }
      told = max(told, job.messages.count)
      switch job.status {
      case .accepted, .running: break
      case .successful, .failed, .rejected:
        let asset = try await asset(ofJob: job.id)
        return (job.id, try await download(asset, to: path, progress: progress))
      case .dismissed, .deleted:
        throw CDSFailure(
          .rejected, "job \(job.id) at \(url) was \(job.status.rawValue) before it had a result")
      }
      guard waited < budget else {
        throw CDSFailure(
          .transient, "job \(job.id) at \(url) is still \(job.status.rawValue) after \(waited.inWords)",
          remedy: "The store goes on with it; run again later.")
      }
      try await clock.sleep(for: interval)
      waited += interval
      interval = min(interval * 1.5, .seconds(120))
      let before = job.status
      job = try await self.job(job.id)
      if job.status != before || waited >= .seconds(60) {
        log.info("job \(job.id): \(job.status.rawValue) for \(waited.inWords)")
      }
    }
  }

  /// Hands a request in, and again where the store says that it has not taken it (429, or 503 with the time to come
  /// back). After a lost connection the store may have taken it: then the failure is the caller's.
  private func submitPatiently(_ request: CDSRequest, clock: any WallClock, log: Log) async throws -> CDSJob {
    var attempt = 1
    while true {
      do { return try await submit(request) } catch let failure as CDSFailure {
        guard let wait = failure.retryAfter, attempt < 10 else { throw failure }
        log.warning("\(failure.message). Next attempt in \(wait.inWords)")
        try await clock.sleep(for: wait)
        attempt += 1
      }
    }
  }
}
