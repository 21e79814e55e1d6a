import FoundationEssentials
import JSON
import Sandbox
import Testing

/// The queue of the Climate Data Store: lists, limits, what is kept and for how long.
@Suite struct CDSQueueTests {
  private func submit(_ sandbox: Sandbox, _ inputs: JSONValue = monthlyInputs, key: String? = nil)
    async throws -> String
  {
    let answer = try await sandbox.cds("POST", Sandbox.monthly, ["inputs": inputs], key: key)
    #expect(answer.status == 201)
    return try #require(answer.json["jobID"]?.string)
  }

  private func ids(_ answer: Answer) -> [String] {
    answer.json["jobs"]?.array?.compactMap { $0["jobID"]?.string } ?? []
  }

  @Test func jobsAreListedByPagesNewestFirstWhereAskedFor() async throws {
    try await withSandbox {
      $0.queueTime = .seconds(3600)
    } _: { sandbox in
      var made: [String] = []
      for month in ["01", "02", "03"] {
        made.append(try await submit(sandbox, monthlyInputs.with(["month": [.string(month)]])))
      }
      _ = try await submit(sandbox, key: sandbox.cdsOtherKey)
      #expect(ids(try await sandbox.cds("retrieve/v1/jobs")) == made)
      let first = try await sandbox.cds("retrieve/v1/jobs?limit=2&sortby=-created&request=true")
      #expect(ids(first) == [made[2], made[1]])
      // By its request a job is known again whose answer was lost.
      #expect(first.json["jobs"]?[0]?["metadata"]?["request"]?["ids"]?["month"] == ["03"])
      let next = try #require(first.json["links"]?.array?.first { $0["rel"] == "next" }?["href"]?.string)
      #expect(next.hasPrefix(sandbox.cdsURL))
      let second = try await sandbox.cds(String(next.dropFirst(sandbox.cdsURL.count + 1)))
      #expect(ids(second) == [made[0]])
      #expect(second.json["links"]?.array?.contains { $0["rel"] == "next" } == false)
      #expect(ids(try await sandbox.cds("retrieve/v1/jobs?status=accepted")) == made)
      #expect(ids(try await sandbox.cds("retrieve/v1/jobs?status=successful,failed")) == [])
      for bad in ["status=queued", "sortby=size", "limit=0"] {
        #expect(try await sandbox.cds("retrieve/v1/jobs?" + bad).status == 422)
      }
    }
  }

  @Test func whatIsDeletedIsGoneButForItsFile() async throws {
    try await withSandbox {
      $0.queueTime = .zero
    } _: { sandbox in
      let (id, _) = try await sandbox.finish(monthlyInputs)
      let results = try await sandbox.cds("retrieve/v1/jobs/\(id)/results").json
      let file = try #require(results["asset"]?["value"]?["href"]?.string?.split(separator: "/").last)
      let other = try await submit(sandbox)
      let deleted = try await sandbox.cds("DELETE", "retrieve/v1/jobs/\(id)")
      #expect(deleted.status == 200)
      #expect(deleted.json["status"] == "dismissed")
      let gone = try await sandbox.cds("retrieve/v1/jobs/\(id)")
      #expect(gone.status == 404)
      #expect(gone.json["title"] == "job not found")
      #expect(try await Wire.ask(port: sandbox.port, "/cds-assets/\(file)").status == 200)
      // Others' jobs are passed over.
      let foreign = try await submit(sandbox, key: sandbox.cdsOtherKey)
      let many = try await sandbox.cds(
        "POST", "retrieve/v1/jobs/delete", ["job_ids": [.string(other), .string(foreign), "none"]])
      #expect(ids(many) == [other])
      #expect(try await sandbox.cds("retrieve/v1/jobs/\(foreign)", key: sandbox.cdsOtherKey).status == 200)
    }
  }

  @Test func resultsExpire() async throws {
    let clock = Clock()
    try await withSandbox {
      $0.queueTime = .zero
      $0.now = { clock.date }
      $0.resultLifetime = 3600
    } _: { sandbox in
      let (id, _) = try await sandbox.finish(monthlyInputs)
      clock.advance(by: 3599)
      #expect(try await sandbox.cds("retrieve/v1/jobs/\(id)/results").status == 200)
      clock.advance(by: 1)
      let expired = try await sandbox.cds("retrieve/v1/jobs/\(id)/results")
      #expect(expired.status == 404)
      #expect(expired.json["title"] == "results expired")
      // The job itself is still told of as successful.
      #expect(try await sandbox.cds("retrieve/v1/jobs/\(id)").json["status"] == "successful")
    }
  }

  @Test func oneJobTooManyIsRejectedByTheBroker() async throws {
    try await withSandbox {
      $0.queueTime = .seconds(3600)
      $0.queueLimit = 2
    } _: { sandbox in
      for _ in 1...2 { _ = try await submit(sandbox) }
      let third = try await submit(sandbox)
      #expect(try await sandbox.cds("retrieve/v1/jobs/\(third)").json["status"] == "rejected")
      let results = try await sandbox.cds("retrieve/v1/jobs/\(third)/results")
      #expect(results.status == 400)
      #expect(results.json["type"] == "job results failed")
      #expect(
        results.json["traceback"]?.string
          == "Number of API queued requests per user is limited to 2. Please wait for some of your requests to complete."
      )
      // The limit is everybody's own.
      let foreign = try await submit(sandbox, key: sandbox.cdsOtherKey)
      #expect(
        try await sandbox.cds("retrieve/v1/jobs/\(foreign)", key: sandbox.cdsOtherKey).json["status"]
          == "accepted")
    }
  }

  @Test func theRateLimitSaysHowLongToWait() async throws {
    let clock = Clock()
    try await withSandbox {
      $0.requestsPerMinute = 3
      $0.now = { clock.date }
    } _: { sandbox in
      func ask() async throws -> Answer { try await sandbox.cds("retrieve/v1/jobs") }
      _ = try await ask()
      clock.advance(by: 20)
      for _ in 1...2 { #expect(try await ask().status == 200) }
      let limited = try await ask()
      #expect(limited.status == 429)
      #expect(limited.headers["retry-after"] == "40")
      #expect(limited.json["detail"] == "Rate limit exceeded. Please wait 40 seconds.")
      #expect(try await sandbox.cds("retrieve/v1/jobs", key: sandbox.cdsOtherKey).status == 200)
      // The catalogue needs no key and has no limit.
      #expect(try await sandbox.cds("catalogue/v1/messages").status == 200)
      clock.advance(by: 39)
      #expect(try await ask().headers["retry-after"] == "1")
      clock.advance(by: 1)
      #expect(try await ask().status == 200)
    }
  }

  @Test func aLicenceIsAcceptedWithItsRevision() async throws {
    try await withSandbox { sandbox in
      let key = sandbox.cdsKeyWithoutLicence
      func post() async throws -> Answer {
        try await sandbox.cds("POST", Sandbox.monthly, ["inputs": monthlyInputs], key: key)
      }
      let refused = try await post()
      #expect(refused.status == 403)
      #expect(refused.json["title"] == "required licences not accepted")
      #expect(
        refused.json["detail"]?.string?.contains(
          "reanalysis-era5-land-monthly-means?tab=download#manage-licences") == true)
      #expect(
        try await sandbox.cds("PUT", "profiles/v1/account/licences/cc-by", ["revision": 2], key: key).status
          == 422)
      #expect(
        try await sandbox.cds("PUT", "profiles/v1/account/licences/cc-by", ["revision": 1], key: key).status
          == 200)
      #expect(try await post().status == 201)
      #expect(
        try await sandbox.cds("profiles/v1/account/licences", key: key).json["licences"]?[0]?["id"] == "cc-by"
      )
    }
  }

  @Test func theCostIsTheNumberOfFieldsWhateverTheArea() async throws {
    try await withSandbox {
      $0.costLimit = 4
    } _: { sandbox in
      func cost(_ inputs: JSONValue) async throws -> JSONValue {
        try await sandbox.cds(
          "POST", "retrieve/v1/processes/reanalysis-era5-land-monthly-means/costing", ["inputs": inputs],
          key: "none"
        ).json
      }
      // Two variables by two months: 4; no key is needed.
      #expect(try await cost(monthlyInputs) == ["id": "size", "cost": 4, "limit": 4])
      #expect(try await cost(monthlyInputs.with(["area": .null]))["cost"] == 4)
      let six = monthlyInputs.with(["month": ["01", "02", "03"]])
      #expect(try await cost(six)["cost"] == 6)
      let refused = try await sandbox.cds("POST", Sandbox.monthly, ["inputs": six])
      #expect(refused.status == 403)
      #expect(refused.json["title"] == "cost limits exceeded")
      #expect(try await sandbox.cds("POST", Sandbox.monthly, ["inputs": monthlyInputs]).status == 201)
      let odd = try await cost(monthlyInputs.with(["month": ["13"]]))
      #expect(odd["request_is_valid"] == false)
      #expect(odd["invalid_reason"]?.string?.contains("'13'") == true)
      #expect(try await cost(monthlyInputs.with(["colour": ["red"]]))["title"] == "invalid parameter")
    }
  }

  /// What the four 403s have in common is the number alone.
  @Test func everyRefusalHasATitleOfItsOwn() async throws {
    try await withSandbox { sandbox in
      func refusal(_ dataset: String, _ inputs: JSONValue, key: String? = nil) async throws -> String {
        let answer = try await sandbox.cds(
          "POST", "retrieve/v1/processes/\(dataset)/execution", ["inputs": inputs], key: key)
        #expect(answer.status == 403)
        #expect(answer.json["type"] == "permission denied")
        for member in ["title", "status", "detail", "instance", "trace_id"] {
          #expect(answer.json[member] != nil)
        }
        return answer.json["title"]?.string ?? ""
      }
      let id = try await submit(sandbox, key: sandbox.cdsOtherKey)
      let foreign = try await sandbox.cds("retrieve/v1/jobs/\(id)")
      #expect(foreign.status == 403)
      #expect(foreign.json["detail"] == "operation not allowed")
      let titles = [
        try await refusal(
          "reanalysis-era5-land-monthly-means", monthlyInputs, key: sandbox.cdsKeyWithoutLicence),
        try await refusal("reanalysis-era5-land-monthly-means", monthlyInputs.with(["_scenario": "cost"])),
        try await refusal("derived-utci-historical", monthlyInputs),
      ]
      #expect(titles == ["required licences not accepted", "cost limits exceeded", "permission denied"])
    }
  }

  @Test func aDownloadMayEndInTheMiddleOnce() async throws {
    try await withSandbox {
      $0.queueTime = .zero
    } _: { sandbox in
      let (id, _) = try await sandbox.finish(monthlyInputs.with(["_scenario": "cut"]))
      let path = "/cds-assets/\(id).nc"
      #expect(try await Wire.ask("HEAD", port: sandbox.port, path).status == 200)
      let cut = try await Wire.ask(port: sandbox.port, path)
      #expect(cut.isCut)
      let rest = try await Wire.ask(port: sandbox.port, path, headers: ["Range": "bytes=\(cut.body.count)-"])
      #expect(rest.status == 206)
      let whole = try await Wire.ask(port: sandbox.port, path)
      #expect(!whole.isCut)
      #expect(cut.body + rest.body == whole.body)
    }
  }

  @Test func theReceiptNamesTheLicence() async throws {
    try await withSandbox { sandbox in
      let id = try await submit(sandbox)
      let receipt = try await sandbox.cds("retrieve/v1/jobs/\(id)/receipt").json
      #expect(receipt["licences"]?[0]?["id"] == "cc-by")
      #expect(receipt["request"] == monthlyInputs)
    }
  }

  @Test func keysOfTheOldServiceAndNoKeysAreRefused() async throws {
    try await withSandbox { sandbox in
      for key in ["12345:0a1b2c3d-0000-0000-0000-000000000000", ""] {
        let answer = try await sandbox.cds("retrieve/v1/jobs", key: key)
        #expect(answer.status == 401)
        #expect(answer.json["detail"] == "authentication required")
      }
    }
  }
}
