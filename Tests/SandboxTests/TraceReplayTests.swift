import JSON
import Sandbox
import Testing

/// The wire trace of the reference client, sent again: every status is the same, and no member is missing.
@Suite(.enabled(if: Fixtures.arePresent)) struct TraceReplayTests {
  @Test func theRecordedCallsAreAnsweredAlike() async throws {
    let lines = try Fixtures.bytes("cds/trace.jsonl").split(separator: UInt8(ascii: "\n")).map {
      try JSONValue(parsing: $0)
    }
    #expect(lines.count == 59)
    try await withSandbox {
      $0.queueTime = .zero
    } _: { sandbox in
      // Ids by which the recording knows jobs and files.
      var jobs: [String: String] = [:]
      for line in lines {
        var path = line["path"]?.string ?? ""
        for (old, new) in jobs {
          path = path.replacing(old, with: new)
          // The recording's files have names of their own.
          for prefix in ["a", "cut"] where path == "/asset/\(prefix)\(old.prefix(8)).nc" {
            path = "/asset/\(new).nc"
          }
        }
        let isFile = path.hasPrefix("/asset/")
        let target = isFile ? "/cds-assets/" + path.dropFirst("/asset/".count) : "/cds" + path
        let status = line["reply"]?["status"]?.string
        // Waiting takes as many calls as it takes; what counts is that it ends as it did.
        if status == "accepted" && line["method"] == "GET" || status == "running" { continue }
        var headers = ["Content-Type": "application/json"]
        headers["PRIVATE-TOKEN"] = line["headers"]?["PRIVATE-TOKEN"]?.string
        let body = line["body"].flatMap { $0.isNull ? nil : $0.bytes() } ?? []
        func ask() async throws -> Answer {
          try await Wire.ask(
            line["method"]?.string ?? "", port: sandbox.port, target, headers: headers, body: body)
        }
        var answer = try await ask()
        while line["method"] == "GET", answer.json["status"] == "running" { answer = try await ask() }
        #expect(.integer(answer.status) == line["status"], "\(line["method"] ?? "") \(path)")
        if isFile { continue }
        if let old = line["reply"]?["jobID"]?.string, let new = answer.json["jobID"]?.string {
          jobs[old] = new
        }
        if let status, line["method"] == "GET" { #expect(answer.json["status"]?.string == status) }
        let missing = (line["reply"] ?? .null).paths().subtracting(answer.json.paths())
        #expect(missing == [], "\(line["method"] ?? "") \(path)")
        if answer.status >= 400 { #expect(answer.json["title"] == line["reply"]?["title"]) }
      }
    }
  }
}
