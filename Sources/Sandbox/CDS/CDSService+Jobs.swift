internal import Essentials
internal import FoundationEssentials
internal import JSON

extension CDSService {
  /// `GET jobs?status=&limit=&sortby=`: the user's own, by pages.
  func list(_ call: Call, _ account: Account) throws -> Reply {
    let wanted = call.parameters("status").flatMap { $0.split(separator: ",").map(String.init) }
    let known = ["accepted", "running", "successful", "failed", "rejected", "dismissed", "deleted"]
    if let odd = wanted.first(where: { !known.contains($0) }) {
      throw CDSProblem.unprocessable("status: '\(odd)' is not one of \(known.joined(separator: ", "))")
    }
    let order = call.parameter("sortby") ?? "created"
    guard ["created", "-created"].contains(order) else {
      throw CDSProblem.unprocessable("sortby: '\(order)' is not one of created, -created")
    }
    let limit = call.parameter("limit").flatMap { Int($0) } ?? 10
    guard (1...1000).contains(limit) else { throw CDSProblem.unprocessable("limit: must be in 1..1000") }
    let datasets = call.parameters("processID")
    var own = jobs.values.filter { job in
      job.owner == account.key && (datasets.isEmpty || datasets.contains(job.dataset.id))
        && (wanted.isEmpty || wanted.contains(job.status(settings.queue)))
    }.sorted { $0.number < $1.number }
    if order == "-created" { own.reverse() }
    let start = min(own.count, max(0, call.parameter("cursor").flatMap { Int($0) } ?? 0))
    let page = own[start..<min(own.count, start + limit)]
    var links: [JSONValue] = [["href": .string("\(api)/retrieve/v1/jobs"), "rel": "self"]]
    if page.endIndex < own.count {
      var pairs = call.query.filter { $0.name != "cursor" }
      pairs.append(("cursor", String(page.endIndex)))
      let query = pairs.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
      links.append(["href": .string("\(api)/retrieve/v1/jobs?\(query)"), "rel": "next"])
    }
    let withRequest = call.query.contains { $0.name == "request" && $0.value.lowercased() != "false" }
    return .json([
      "jobs": .array(page.map { view.show($0, rel: "monitor", withLog: false, withRequest: withRequest) }),
      "links": .array(links), "metadata": ["totalCount": .integer(own.count)],
    ])
  }

  /// `GET jobs/{id}/results`.
  func results(_ job: CDSJob) throws -> Reply {
    let status = job.status(settings.queue)
    switch (status, job.outcome) {
    case ("successful", .asset(let asset)):
      guard settings.clock().timeIntervalSince(job.created) < settings.lifetime else {
        throw CDSProblem(
          status: 404, type: "results expired", title: "results expired",
          detail: "results for job \(job.id) expired, please resubmit the request")
      }
      return .json([
        "asset": [
          "value": [
            "type": .string(asset.type), "href": .string("\(assets)/\(asset.name)"),
            "file:checksum": .string(asset.checksum), "file:size": .integer(asset.size),
            "file:local_path": .string("/cache-store/\(asset.name)"), "xarray:open_kwargs": [:],
            "xarray:storage_options": [:],
          ]
        ]
      ])
    case ("failed", .failed(let traceback)), ("rejected", .rejected(let traceback)):
      throw CDSProblem(
        status: 400, type: "job results failed",
        title: "The job has \(status == "failed" ? "failed" : "been rejected")",
        detail: nil, traceback: traceback)
    default:
      throw CDSProblem(
        status: 404, type: "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready",
        title: "job results not ready", detail: "job \(job.id) status is \(status)")
    }
  }

  /// Forgets a job; its file can still be downloaded.
  func delete(_ job: CDSJob) -> JSONValue {
    jobs[job.id] = nil
    var shown = view.show(job, rel: "self", withLog: false, withRequest: false).object ?? JSONObject()
    shown["status"] = "dismissed"
    return .object(shown)
  }

  /// `POST jobs/delete`.
  func deleteMany(_ call: Call, _ account: Account) throws -> Reply {
    guard let ids = (try? JSONValue(parsing: call.body))?["job_ids"]?.array else {
      throw CDSProblem.unprocessable("the body must be a JSON object with the member \"job_ids\"")
    }
    let own = ids.compactMap { $0.string.flatMap { jobs[$0] } }.filter { $0.owner == account.key }
    return .json(["jobs": .array(own.map(delete)), "links": []])
  }

  /// Citation and licence, for whoever has to account for the data.
  func receipt(_ job: CDSJob) -> Reply {
    .json([
      "jobID": .string(job.id), "processID": .string(job.dataset.id), "request": .object(job.inputs),
      "title": .string(job.dataset.title),
      "citation": "Made up by the Sluice sandbox. Not data of the Copernicus service.",
      "licences": [["id": .string(job.dataset.licence), "label": "CC-BY licence", "revision": 1]],
    ])
  }

  /// Makes the file, off this actor.
  func produce(_ request: CDSRequest, for id: String) {
    let maker = AssetMaker(
      request: request, job: id, folder: scratch.path, settings: settings, embargo: embargo,
      now: settings.clock())
    // Seconds of arithmetic, and a lock: not on the few threads that everything else runs on.
    BackgroundThread.start {
      let outcome: CDSJob.Outcome
      do {
        outcome = .asset(try maker.make())
      } catch {
        outcome = .failed("\(error)")
      }
      Task { await self.finish(id, outcome) }
    }
  }

  private func finish(_ id: String, _ outcome: CDSJob.Outcome) {
    if case .asset(let asset) = outcome { files[asset.name] = asset }
    jobs[id]?.outcome = outcome
    for caller in waiting.removeValue(forKey: id) ?? [] { caller.resume() }
  }

  /// `/cds-assets/{name}`: another host, which takes no key, knows ranges and entity tags.
  func asset(_ call: Call) -> Reply {
    guard call.header("private-token") == nil else {
      // The key is for the API alone.
      return .text(
        "<Error><Code>InvalidArgument</Code><Message>PRIVATE-TOKEN is not for this host</Message></Error>",
        status: 400, type: "application/xml")
    }
    guard call.method == "GET" || call.method == "HEAD" else { return .proxyPage(405) }
    guard let name = call.segments(after: "/cds-assets")?.first, let asset = files[name] else {
      return .proxyPage(404)
    }
    let tag = "\"\(asset.checksum)\""
    let headers = [
      (name: "Content-Type", value: asset.type), (name: "ETag", value: tag),
      (name: "Accept-Ranges", value: "bytes"),
    ]
    var whole = Reply(200, headers: headers, body: .file(path: asset.path, range: 0..<asset.size))
    if call.method == "GET", let job = cuts.first(where: { name.hasPrefix($0) }) {
      cuts.remove(job)
      whole.isCut = true
    }
    guard let text = call.header("range"), call.header("if-range").map({ $0 == tag }) ?? true else {
      return whole
    }
    guard let range = Self.range(text, size: asset.size) else {
      return Reply(416, headers: [("Content-Range", "bytes */\(asset.size)")])
    }
    let part = (
      name: "Content-Range", value: "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(asset.size)"
    )
    return Reply(206, headers: headers + [part], body: .file(path: asset.path, range: range))
  }

  /// One range of bytes (RFC 9110).
  private static func range(_ text: String, size: Int) -> Range<Int>? {
    guard text.hasPrefix("bytes=") else { return nil }
    let parts = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    if parts[0].isEmpty {
      guard let count = Int(parts[1]), count > 0 else { return nil }
      return max(0, size - count)..<size
    }
    guard let first = Int(parts[0]), first < size else { return nil }
    let last = parts[1].isEmpty ? size - 1 : Int(parts[1]).map { min($0, size - 1) }
    guard let last, last >= first else { return nil }
    return first..<last + 1
  }
}
