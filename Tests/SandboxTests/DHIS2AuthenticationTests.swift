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
