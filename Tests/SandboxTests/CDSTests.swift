import JSON
import Sandbox
import Testing

/// A request for two months of two variables.
let monthlyInputs: JSONValue = [
  "product_type": ["monthly_averaged_reanalysis"], "variable": ["2m_temperature", "total_precipitation"],
  "year": ["2026"], "month": ["01", "02"], "time": ["00:00"], "area": [-3.5, -16.5, -6.5, -13.5],
  "data_format": "netcdf", "download_format": "unarchived",
]

extension JSONValue {
  /// The object with some members changed; null removes one.
  func with(_ changes: JSONObject) -> JSONValue {
    var object = object ?? [:]
    for (key, value) in changes { object[key] = value.isNull ? nil : value }
    return .object(object)
  }
}

extension Sandbox {
  static let monthly = "retrieve/v1/processes/reanalysis-era5-land-monthly-means/execution"
  static let hourly = "retrieve/v1/processes/reanalysis-era5-land/execution"

  /// Submits and asks until the job has ended; gives its id and last status.
  func finish(_ inputs: JSONValue, _ process: String = Sandbox.monthly) async throws -> (
    id: String, status: String
  ) {
    let answer = try await cds("POST", process, ["inputs": inputs])
    guard answer.status == 201, let id = answer.json["jobID"]?.string else {
      throw WireError(message: answer.text)
    }
    while true {
      let status = try await cds("retrieve/v1/jobs/\(id)").json["status"]?.string ?? ""
      if status != "accepted", status != "running" { return (id, status) }
    }
  }

  /// The file of a request.
  func download(_ inputs: JSONValue, _ process: String = Sandbox.monthly) async throws -> [UInt8] {
    let (id, _) = try await finish(inputs, process)
    let value = try await cds("retrieve/v1/jobs/\(id)/results").json["asset"]?["value"]
    return try await Wire.ask(
      port: port, "/cds-assets/" + (value?["href"]?.string?.split(separator: "/").last ?? "")
    ).body
  }
}

@Suite struct CDSJobTests {
  @Test func aJobIsAcceptedThenRunsThenIsSuccessful() async throws {
    let elapsed = Elapsed()
    try await withSandbox {
      $0.queueTime = .seconds(60)
      $0.elapsed = { elapsed.duration }
    } _: { sandbox in
      let answer = try await sandbox.cds("POST", Sandbox.monthly, ["inputs": monthlyInputs])
      #expect(answer.status == 201)
      let id = try #require(answer.json["jobID"]?.string)
      #expect(answer.headers["location"] == "\(sandbox.cdsURL)/retrieve/v1/jobs/\(id)")
      #expect(answer.json["links"]?[0]?["rel"] == "monitor")
      #expect(answer.json["status"] == "accepted")
      let early = try await sandbox.cds("retrieve/v1/jobs/\(id)/results")
      #expect(early.status == 404)
      #expect(early.json["title"] == "job results not ready")
      func status() async throws -> String {
        try await sandbox.cds("retrieve/v1/jobs/\(id)").json["status"]?.string ?? "none"
      }
      elapsed.advance(by: .seconds(29))
      #expect(try await status() == "accepted")
      elapsed.advance(by: .seconds(1))
      #expect(try await status() == "running")
      elapsed.advance(by: .seconds(29))
      #expect(try await status() == "running")
      elapsed.advance(by: .seconds(1))
      #expect(try await status() == "successful")
      let job = try await sandbox.cds("retrieve/v1/jobs/\(id)?log=True&request=True").json
      #expect(job["links"]?[1]?["rel"] == "results")
      #expect(job["metadata"]?["request"]?["ids"] == monthlyInputs)
      #expect(job["metadata"]?["log"]?[0]?.array?.count == 2)
      #expect(job["finished"] != nil)
    }
  }

  @Test func theFileHasTheSizeTheSumAndTheHostThatAreNamed() async throws {
    try await withSandbox {
      $0.queueTime = .zero
    } _: { sandbox in
      let (id, status) = try await sandbox.finish(monthlyInputs)
      #expect(status == "successful")
      let value = try await sandbox.cds("retrieve/v1/jobs/\(id)/results").json["asset"]?["value"]
      #expect(value?["href"]?.string == "http://localhost:\(sandbox.port)/cds-assets/\(id).nc")
      let path = "/cds-assets/\(id).nc"
      let file = try await Wire.ask(port: sandbox.port, path)
      #expect(file.status == 200)
      #expect(.integer(file.body.count) == value?["file:size"])
      #expect(file.body.starts(with: [0x89, 0x48, 0x44, 0x46]))
      #expect(file.headers["etag"] == "\"\(value?["file:checksum"]?.string ?? "")\"")
      let rest = try await Wire.ask(port: sandbox.port, path, headers: ["Range": "bytes=100-"])
      #expect(rest.status == 206)
      #expect(rest.body == Array(file.body.dropFirst(100)))
      #expect(rest.headers["content-range"] == "bytes 100-\(file.body.count - 1)/\(file.body.count)")
      let head = try await Wire.ask("HEAD", port: sandbox.port, path)
      #expect(head.headers["content-length"] == String(file.body.count))
      #expect(head.headers["accept-ranges"] == "bytes")
      #expect(head.body.isEmpty)
      let leak = try await Wire.ask(port: sandbox.port, path, headers: ["PRIVATE-TOKEN": sandbox.cdsKey])
      #expect(leak.status == 400)
    }
  }

  @Test func refusalsSayWhy() async throws {
    try await withSandbox { sandbox in
      func post(_ dataset: String, _ inputs: JSONValue, key: String? = nil) async throws -> (Int, String) {
        let answer = try await sandbox.cds(
          "POST", "retrieve/v1/processes/\(dataset)/execution", ["inputs": inputs], key: key)
        return (answer.status, answer.json["title"]?.string ?? "")
      }
      let monthly = "reanalysis-era5-land-monthly-means"
      #expect(try await post(monthly, monthlyInputs, key: "nobody").0 == 401)
      #expect(
        try await post(monthly, monthlyInputs, key: sandbox.cdsKeyWithoutLicence) == (
          403, "required licences not accepted"
        ))
      #expect(try await post("derived-utci-historical", monthlyInputs) == (403, "permission denied"))
      let years = JSONValue.array((1950...2025).map { .string(String($0)) })
      let large: JSONValue = [
        "variable": ["2m_temperature"], "year": years, "month": ["01", "02"],
        "day": ["01", "02", "03", "04"],
        "time": [
          "00:00", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00", "09:00", "10:00",
          "11:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00", "18:00", "19:00", "20:00", "21:00",
        ],
        "data_format": "netcdf",
      ]
      #expect(try await post("reanalysis-era5-land", large) == (403, "cost limits exceeded"))
      #expect(try await post("no-such-dataset", monthlyInputs) == (404, "process not found"))
      let foreign = try await sandbox.cds(
        "POST", Sandbox.monthly, ["inputs": monthlyInputs], key: sandbox.cdsOtherKey)
      let other = try await sandbox.cds("retrieve/v1/jobs/\(foreign.json["jobID"]?.string ?? "")")
      #expect(other.status == 403)
      #expect(
        other.json["detail"] == "operation not allowed" || other.json["title"] == "operation not allowed")
    }
  }

  @Test(
    arguments: [
      ["variable": .null], ["variable": ["2m_temperature", "2m_temperature"]], ["variable": ["no_such"]],
      ["year": [2026]], ["month": ["1"]], ["area": [-6.5, -16.5, -3.5, -13.5]], ["area": [1, 2, 3]],
      ["area": ["north", 1, 2, 3]], ["data_format": "csv"], ["download_format": "tar"],
      ["grid": ["0.25/0.25"]],
      ["time": ["00:00", "01:00"]], ["product_type": "reanalysis"], ["year": []],
    ] as [JSONObject])
  func whatTheAdaptorRefusesIsRefused(change: JSONObject) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.cds("POST", Sandbox.monthly, ["inputs": monthlyInputs.with(change)])
      #expect(answer.status == 400, "\(change)")
      #expect(answer.json["title"] == "invalid request")
      #expect(answer.json["detail"] != nil)
    }
  }

  @Test func dataUnderEmbargoIsLeftOutAndNothingIsRefused() async throws {
    try await withSandbox {
      $0.queueTime = .zero
    } _: { sandbox in
      // 20 August 2026: July is there, August and later are not.
      let file = try await sandbox.download(monthlyInputs.with(["month": ["06", "07", "08", "09"]]))
      let grid = try GridReading(file)
      #expect(grid.times == [1_780_272_000, 1_782_864_000])
      #expect(grid.versions == ["0005", "0005"])
      let none = try await sandbox.cds(
        "POST", Sandbox.monthly, ["inputs": monthlyInputs.with(["month": ["08"]])])
      #expect(none.status == 400)
      #expect(
        none.json["detail"]?.string?.hasSuffix(
          "The latest date available for this dataset is: 2026-07-01 00:00") == true)
    }
  }
}
