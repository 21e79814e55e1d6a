internal import FoundationEssentials
internal import JSON

/// A file that can be downloaded.
struct CDSAsset: Sendable {
  let name: String
  let path: String
  let size: Int
  let checksum: String
  let type: String
}

/// A request in the queue, and what became of it.
struct CDSJob: Sendable {
  enum Outcome: Sendable {
    case pending
    case asset(CDSAsset)
    case failed(String)
    case rejected(String)
  }

  let id: String
  let number: Int
  let dataset: CDSDataset
  let inputs: JSONObject
  let owner: String
  let created: Date
  /// When it came in, by the clock of the queue.
  let arrival: Duration
  var outcome = Outcome.pending
  /// Whether it ends without waiting, as what the broker rejects for a full queue does.
  var endsAtOnce = false

  /// accepted, running, then how it ended.
  func status(_ queue: CDSQueue) -> String {
    if endsAtOnce, case .rejected = outcome { return "rejected" }
    let age = queue.elapsed() - arrival
    if age < queue.time / 2 { return "accepted" }
    if age < queue.time { return "running" }
    switch outcome {
    case .pending: return "running"
    case .asset: return "successful"
    case .failed: return "failed"
    case .rejected: return "rejected"
    }
  }
}

/// How long jobs wait and run, by which clock.
struct CDSQueue: Sendable {
  let time: Duration
  let elapsed: @Sendable () -> Duration
}

/// How jobs are shown.
struct CDSJobView {
  let api: String
  let queue: CDSQueue

  func show(_ job: CDSJob, rel: String, withLog: Bool, withRequest: Bool) -> JSONValue {
    let status = job.status(queue)
    let half = queue.time / 2
    func after(_ duration: Duration) -> JSONValue {
      .string(
        job.created.addingTimeInterval(
          Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        ).microseconds)
    }
    let ended = ["successful", "failed", "rejected"].contains(status)
    var body: JSONObject = [
      "processID": .string(job.dataset.id), "type": "process", "jobID": .string(job.id),
      "status": .string(status),
      "created": .string(job.created.microseconds),
    ]
    if status != "accepted" { body["started"] = after(half) }
    if ended { body["finished"] = after(queue.time) }
    body["updated"] =
      status == "accepted" ? .string(job.created.microseconds) : after(ended ? queue.time : half)
    let address = "\(api)/retrieve/v1/jobs/\(job.id)"
    var links: [JSONValue] = [
      ["href": .string(address), "rel": .string(rel), "type": "application/json", "title": "job status info"]
    ]
    if status == "successful" { links.append(["href": .string(address + "/results"), "rel": "results"]) }
    body["links"] = .array(links)
    var metadata: JSONObject = [
      "origin": "api", "datasetMetadata": ["title": .string(job.dataset.title), "messages": []],
    ]
    if withLog { metadata["log"] = .array(log(job, status)) }
    if withRequest { metadata["request"] = ["ids": .object(job.inputs), "labels": .object(job.inputs)] }
    body["metadata"] = .object(metadata)
    return .object(body)
  }

  private func log(_ job: CDSJob, _ status: String) -> [JSONValue] {
    let moment = JSONValue.string(job.created.microseconds)
    var lines: [JSONValue] = [[moment, .string("INFO: Request ID is \(job.id)")]]
    if status == "successful" { lines.append([moment, "WARNING: The data of this service are made up."]) }
    return lines
  }
}
