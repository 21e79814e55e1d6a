import JSON
import Sandbox
import Testing

/// The wire trace of the reference client, sent again line by line: every status is the same, what refuses is the same
/// in every word, and no member is missing.
@Suite(.enabled(if: Fixtures.arePresent)) struct TraceReplayTests {
  @Test func theRecordedCallsAreAnsweredAlike() async throws {
    let lines = try Fixtures.bytes("cds/trace.jsonl").split(separator: UInt8(ascii: "\n")).map {
      try JSONValue(parsing: $0)
    }
    #expect(lines.count == 59)
    let elapsed = Elapsed()
    try await withSandbox {
      $0.queueTime = .seconds(60)
      $0.elapsed = { elapsed.duration }
    } _: { sandbox in
      // Ids by which the recording knows jobs and files.
      var jobs: [String: String] = [:]
      var wasCut = false
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
        let isPoll = line["method"] == "GET" && status != nil
        // The recorded jobs went on with every call; here they do with the time.
        if isPoll, status != "accepted" { elapsed.advance(by: .seconds(30)) }
        var headers = ["Content-Type": "application/json"]
        headers["PRIVATE-TOKEN"] = line["headers"]?["PRIVATE-TOKEN"]?.string
        let body = line["body"].flatMap { $0.isNull ? nil : $0.bytes() } ?? []
        let answer = try await Wire.ask(
          line["method"]?.string ?? "", port: sandbox.port, target, headers: headers, body: body)
        #expect(.integer(answer.status) == line["status"], "\(line["method"] ?? "") \(path)")
        if isFile {
          // Of the two downloads of one file the recorded service cut the first.
          let isCutOne = line["method"] == "GET" && line["path"]?.string?.hasPrefix("/asset/cut") == true
          if line["method"] == "GET" { #expect(answer.isCut == (isCutOne && !wasCut)) }
          if isCutOne { wasCut = true }
          continue
        }
        if let old = line["reply"]?["jobID"]?.string, let new = answer.json["jobID"]?.string {
          jobs[old] = new
        }
        if let status, line["method"] == "GET" { #expect(answer.json["status"]?.string == status) }
        let missing = (line["reply"] ?? .null).paths().subtracting(answer.json.paths())
        #expect(missing == [], "\(line["method"] ?? "") \(path)")
        guard answer.status >= 400 else { continue }
        for member in ["type", "title", "status", "detail", "traceback"] {
          let recorded = line["reply"]?[member]
          // The last day that there are data of is another one.
          if recorded?.string?.contains("The latest date available") == true { continue }
          #expect(answer.json[member] == recorded, "\(member) of \(path)")
        }
      }
    }
  }
}
