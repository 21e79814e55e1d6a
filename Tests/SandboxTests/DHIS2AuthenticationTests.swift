import JSON
import Sandbox
import Testing

@Suite struct DHIS2AuthenticationTests {
  @Test func withoutCredentialsTheAnswerIsTheWayToTheLoginPage() async throws {
    try await withSandbox { sandbox in
      let answer = try await Wire.ask(
        port: sandbox.port, "/dhis2/api/me", headers: ["Accept": "application/json"])
      #expect(answer.status == 302)
      #expect(answer.headers["location"] == sandbox.dhis2URL + "/dhis-web-login/")
      let page = try await Wire.ask(port: sandbox.port, "/dhis2/dhis-web-login/")
      #expect(page.status == 200)
      #expect(page.headers["content-type"] == "text/html")
    }
  }

  @Test func olderReleasesHaveTheirLoginPageElsewhere() async throws {
    try await withSandbox {
      $0.dhis2Version = .v2_41
    } _: { sandbox in
      let answer = try await Wire.ask(port: sandbox.port, "/dhis2/api/me")
      #expect(answer.headers["location"]?.hasSuffix("/dhis-web-commons/security/login.action") == true)
    }
  }

  @Test func scriptsGetJSONInsteadOfTheLoginPage() async throws {
    try await withSandbox { sandbox in
      let answer = try await Wire.ask(
        port: sandbox.port, "/dhis2/api/me", headers: ["X-Requested-With": "XMLHttpRequest"])
      #expect(answer.status == 401)
      let expected: JSONValue = [
        "httpStatus": "Unauthorized", "httpStatusCode": 401, "status": "ERROR", "message": "Unauthorized",
      ]
      #expect(answer.json == expected)
    }
  }

  @Test func theFifthAttemptFindsTheAccountLocked() async throws {
    try await withSandbox { sandbox in
      for _ in 1...4 {
        let answer = try await Wire.ask(
          port: sandbox.port, "/dhis2/api/me", headers: ["Authorization": sandbox.basic(password: "wrong")])
        #expect(answer.json["message"] == "Unauthorized")
      }
      let answer = try await sandbox.dhis2("me")
      #expect(answer.status == 401)
      #expect(answer.json["message"] == "Account locked")
      #expect(try await sandbox.dhis2("me", user: "guest").status == 200)
    }
  }

  @Test func tokensAreCheckedForFormThenSumThenOwner() async throws {
    try await withSandbox { sandbox in
      func status(_ token: String) async throws -> (Int, String?) {
        let answer = try await Wire.ask(
          port: sandbox.port, "/dhis2/api/me", headers: ["Authorization": "ApiToken \(token)"])
        return (answer.status, answer.json["message"]?.string)
      }
      #expect(try await status(sandbox.dhis2Token).0 == 200)
      let malformed = try await status("d2pat_short")
      #expect(malformed == (400, "Api token is malformed"))
      let altered = String(sandbox.dhis2Token.dropLast()) + (sandbox.dhis2Token.hasSuffix("0") ? "1" : "0")
      let wrongSum = try await status(altered)
      #expect(wrongSum == (400, "Checksum validation failed"))
      // CRC-32 of 32 times "a" is 3400603511 (python zlib.crc32).
      let unknown = "d2pat_" + String(repeating: "a", count: 32) + "3400603511"
      let nobodys = try await status(unknown)
      #expect(nobodys == (401, "The API token does not exists"))
      let expired = try await status(sandbox.dhis2ExpiredToken)
      #expect(expired == (401, "Failed to authenticate API token, token has expired."))
    }
  }

  @Test func tokensAreLimitedToMethodsAddressesOwnersAndTime() async throws {
    let clock = Clock()
    try await withSandbox {
      $0.now = { clock.date }
    } _: { sandbox in
      func message(_ token: String, _ method: String = "GET") async throws -> String {
        let answer = try await Wire.ask(
          method, port: sandbox.port, "/dhis2/api/me", headers: ["Authorization": "ApiToken \(token)"])
        return answer.status == 401 ? answer.json["message"]?.string ?? "" : "\(answer.status)"
      }
      #expect(try await message(sandbox.dhis2ReadToken) == "200")
      #expect(
        try await message(sandbox.dhis2ReadToken, "POST")
          == "Failed to authenticate API token, request http method is not allowed.")
      #expect(
        try await message(sandbox.dhis2RemoteToken)
          == "Failed to authenticate API token, request ip address is not allowed.")
      #expect(
        try await message(sandbox.dhis2DisabledToken)
          == "The API token is disabled, locked or 2FA is enabled.")
      // Every token ends; without a word from anybody it is after 30 days.
      let tokens = try await sandbox.dhis2(
        "me?fields=patTokens[id,expire]".replacing("[", with: "%5B").replacing("]", with: "%5D"))
      #expect(tokens.json["patTokens"]?[0]?["expire"] == .integer((1_787_227_200 + 30 * 86_400) * 1000))
      clock.advance(by: 30 * 86_400)
      #expect(try await message(sandbox.dhis2Token) == "Failed to authenticate API token, token has expired.")
    }
  }

  @Test func aLockedOwnerLocksTheTokenForAQuarterOfAnHour() async throws {
    let clock = Clock()
    try await withSandbox {
      $0.now = { clock.date }
    } _: { sandbox in
      for _ in 1...4 {
        _ = try await Wire.ask(
          port: sandbox.port, "/dhis2/api/me", headers: ["Authorization": sandbox.basic(password: "wrong")])
      }
      let locked = try await Wire.ask(
        port: sandbox.port, "/dhis2/api/me", headers: ["Authorization": "ApiToken \(sandbox.dhis2Token)"])
      #expect(locked.json["message"] == "The API token is disabled, locked or 2FA is enabled.")
      clock.advance(by: 15 * 60 - 1)
      #expect(try await sandbox.dhis2("me").json["message"] == "Account locked")
      clock.advance(by: 1)
      #expect(try await sandbox.dhis2("me").status == 200)
    }
  }

  @Test func someUsersDoNotComeInByPassword() async throws {
    try await withSandbox { sandbox in
      let disabled = try await sandbox.dhis2("me", user: "disabled")
      #expect(disabled.status == 401)
      #expect(disabled.json["message"] == "Account disabled")
      let careful = try await sandbox.dhis2("me", user: "careful")
      #expect(careful.status == 401)
      #expect(careful.json["message"] == "Unauthorized")
    }
  }

  @Test func aSessionStandsForThePasswordUntilTenNewerOnesWereMade() async throws {
    try await withSandbox { sandbox in
      func cookie() async throws -> String {
        let answer = try await sandbox.dhis2("me")
        return String(try #require(answer.headers["set-cookie"]).split(separator: ";")[0])
      }
      let first = try await cookie()
      func status() async throws -> Int {
        try await Wire.ask(port: sandbox.port, "/dhis2/api/me", headers: ["Cookie": first]).status
      }
      #expect(try await status() == 200)
      let kept = try await Wire.ask(
        port: sandbox.port, "/dhis2/api/me", headers: ["Cookie": first, "Authorization": sandbox.basic()])
      #expect(kept.headers["set-cookie"] == nil)
      for _ in 1...10 { _ = try await cookie() }
      #expect(try await status() == 302)
    }
  }

  @Test func aUserOfOneDistrictSeesAndWritesNoMore() async throws {
    try await withSandbox { sandbox in
      try await sandbox.prepare()
      let root = sandbox.orgUnits()[0].id
      let me = try await sandbox.dhis2("me", user: "district").json["organisationUnits"]?[0]
      let district = try #require(me?["id"]?.string)
      #expect(me?["level"] == 3)
      let values = [district, root].map { row("TestElemOne", "202607", $0, "1") }
      let written = try await sandbox.post(values, user: "district")
      #expect(written.codes == ["E7617"])
      #expect(written.json["response"]?["rejectedIndexes"] == [1])
      let read = "dataValueSets?dataSet=TestDataSet&period=202607&children=true&orgUnit="
      #expect(try await sandbox.dhis2(read + district, user: "district").status == 200)
      let above = try await sandbox.dhis2(read + root, user: "district")
      #expect(above.status == 409)
      #expect(above.json["errorCode"] == "E2012")
      #expect(above.json["message"]?.string == "User is not allowed to view org unit: `\(root)`")
    }
  }

  @Test(arguments: [DHIS2Version.v2_42, .v2_43])
  func readingIsRefusedByDataSetAndByCombo(version: DHIS2Version) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      try await sandbox.prepare()
      let closed: JSONValue = [["op": "replace", "path": "/sharing/public", "value": "rw------"]]
      _ = try await sandbox.dhis2(
        "PATCH", "dataSets/TestDataSet", closed, type: "application/json-patch+json")
      let rest = "&period=202607&orgUnit=\(sandbox.orgUnits()[0].id)"
      let set = try await sandbox.dhis2("dataValueSets?dataSet=TestDataSet" + rest)
      #expect(set.status == 409)
      #expect(set.json["errorCode"] == "E2010")
      #expect(
        set.json["message"]
          == (version < .v2_43
            ? "User is not allowed to read data for data set: `TestDataSet`"
            : "User is not allowed to read data for data set(s): `[TestDataSet]`"))
      let combo = try await sandbox.dhis2(
        "dataValueSets?dataElement=TestElemOne&attributeOptionCombo=AnotherComb" + rest)
      #expect(combo.json["errorCode"] == "E2011")
    }
  }

  @Test(arguments: [(DHIS2Version.v2_43, 302), (.v2_44, 200)])
  func theNextReleaseAnswersASystemPingWithoutLogin(version: DHIS2Version, status: Int) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      let ping = try await Wire.ask(port: sandbox.port, "/dhis2/api/system/ping")
      #expect(ping.status == status)
      #expect(try await sandbox.dhis2("43/me").status == 200)
      #expect(try await sandbox.dhis2("44/me").status == 404)
      #expect(try await sandbox.dhis2("me.json").status == 200)
    }
  }

  @Test(arguments: [(DHIS2Version.v2_40, 40), (.v2_41, 41), (.v2_42, 43), (.v2_43, 43), (.v2_44, 43)])
  func pathsMayNameAVersion(version: DHIS2Version, last: Int) async throws {
    try await withSandbox {
      $0.dhis2Version = version
    } _: { sandbox in
      for (number, status) in [(27, 404), (28, 200), (last, 200), (last + 1, 404)] {
        let answer = try await sandbox.dhis2("\(number)/me")
        #expect(answer.status == status, "\(number)")
      }
    }
  }

  @Test func pingNeedsNoLogin() async throws {
    try await withSandbox { sandbox in
      let answer = try await Wire.ask(port: sandbox.port, "/dhis2/api/ping")
      #expect(answer.status == 200)
      #expect(answer.body.isEmpty)
    }
  }

  @Test func secretsAreNotRecorded() async throws {
    try await withSandbox { sandbox in
      _ = try await sandbox.dhis2("me")
      let request = try #require(await sandbox.requests().last)
      #expect(request.path == "/dhis2/api/me")
      #expect(request.headers["authorization"] == "")
      #expect(request.status == 200)
    }
  }
}
