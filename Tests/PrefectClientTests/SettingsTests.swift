import Essentials
import Foundation
import HTTP
import JSON
import Testing

@testable import PrefectClient

/// A folder that goes with its test.
final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
  }

  func read(_ name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }
}

@Suite("Prefect's settings") struct SettingsTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func settings(_ environment: [String: String] = [:]) throws -> PrefectSettings {
    try PrefectSettings(
      environment: ["PREFECT_HOME": folder.path].merging(environment) { $1 }, folder: folder.path)
  }

  @Test("The places are asked in Prefect's order")
  func order() throws {
    try folder.write(
      "profiles.toml",
      """
      active = "work"

      [profiles.work]
      PREFECT_API_URL = "http://profile/api"
      PREFECT_API_KEY = "profile"
      PREFECT_CLIENT_MAX_RETRIES = 7
      PREFECT_LOGGING_LEVEL = "DEBUG"
      """)
    try folder.write(
      "pyproject.toml",
      """
      [project]
      name = "x"
      dependencies = [
        "a",
      ]
      text = \"\"\"
      of several lines
      \"\"\"
      [tool.prefect.api]
      url = "http://pyproject/api"
      key = "pyproject"
      [tool.other]
      when = 2026-01-01
      [tool.prefect.client]
      max_retries = 3
      """)
    try folder.write("prefect.toml", "[api]\nurl = 'http://toml/api'\n")
    let settings = try settings(["PREFECT_API_URL": "http://environment/api"])
    #expect(settings["PREFECT_API_URL"] == "http://environment/api")
    #expect(settings.setting("PREFECT_API_KEY")?.value == "pyproject")
    #expect(settings.setting("PREFECT_API_KEY")?.source == "\(folder.path)/pyproject.toml")
    #expect(try settings.number("PREFECT_CLIENT_MAX_RETRIES") == 3)
    #expect(settings["PREFECT_LOGGING_LEVEL"] == "DEBUG")
    #expect(try self.settings(["PREFECT_API_URL": ""])["PREFECT_API_URL"] == "http://toml/api")
    #expect(settings.all.map(\.name).contains("PREFECT_LOGGING_LEVEL"))
    #expect(settings.profile == "work")
  }

  @Test("A profile is chosen by the environment, by the file, or is Prefect's own")
  func profiles() throws {
    #expect(try settings().profile == "ephemeral")
    #expect(try settings(["PREFECT_PROFILE": "local"])["PREFECT_API_URL"] == "http://127.0.0.1:4200/api")
    try folder.write("other.toml", "active='b'\n[profiles.\"b\"]\nPREFECT_API_URL='http://b'\n[profiles.c]\n")
    let path = "\(folder.path)/other.toml"
    #expect(try settings(["PREFECT_PROFILES_PATH": path])["PREFECT_API_URL"] == "http://b")
    #expect(
      try settings(["PREFECT_PROFILES_PATH": path, "PREFECT_PROFILE": "c"])["PREFECT_API_URL"] == nil)
    let failure = #expect(throws: Misconfiguration.self) {
      try settings(["PREFECT_PROFILES_PATH": path, "PREFECT_PROFILE": "d"])
    }
    #expect(failure?.message == "there is no profile d in \(path)")
    #expect(failure?.remedy == "Set PREFECT_PROFILE to one of: b, c, cloud, ephemeral, local, test.")
    try folder.write("prefect.toml", "profiles_path = '\(path)'\n")
    #expect(try settings()["PREFECT_API_URL"] == "http://b")
  }

  @Test("Where a setting has two names, either is found under both")
  func twoNames() throws {
    let old = try settings(["PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true"])
    #expect(try old.bool("PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED") == true)
    #expect(try old.bool("PREFECT_SERVER_CSRF_PROTECTION_ENABLED") == true)
    let new = try settings(["PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "0"])
    #expect(try new.bool("PREFECT_SERVER_CSRF_PROTECTION_ENABLED") == false)
  }

  @Test("The configuration of a client has everything that the settings say")
  func configuration() throws {
    let configuration = try PrefectConfiguration(
      settings([
        "PREFECT_API_URL": "https://prefect.example.org/api/", "PREFECT_API_AUTH_STRING": "admin:pass-1234",
        "PREFECT_API_KEY": "unused",
        "PREFECT_CLIENT_CUSTOM_HEADERS": #"{"X-Gate": "open", "User-Agent": "no"}"#,
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "False", "PREFECT_CLIENT_MAX_RETRIES": "9",
        "PREFECT_CLIENT_RETRY_JITTER_FACTOR": "0.5", "PREFECT_CLIENT_RETRY_EXTRA_CODES": "404, 500",
        "PREFECT_API_REQUEST_TIMEOUT": "12.5", "PREFECT_API_SSL_CERT_FILE": "/ca.pem",
      ]))
    #expect(configuration.apiURL == "https://prefect.example.org/api")
    #expect(configuration.uiURL == "https://prefect.example.org")
    guard case .basic("admin", let password) = configuration.authentication else {
      Issue.record("no Basic login: \(configuration.authentication)")
      return
    }
    #expect(password.reveal() == "pass-1234")
    #expect(configuration.authenticationSetting == "PREFECT_API_AUTH_STRING")
    #expect(configuration.customHeaders == ["X-Gate": "open"])
    #expect(!configuration.supportsCSRF)
    #expect(configuration.maxRetries == 9)
    #expect(configuration.retryJitter == 0.5)
    #expect(configuration.extraRetryStatuses == [404, 500])
    #expect(configuration.timeout == .milliseconds(12500))
    #expect(configuration.http.certificateAuthorities == "/ca.pem")
    let key = try PrefectConfiguration(
      settings([
        "PREFECT_API_URL": "http://x/api", "PREFECT_API_KEY": "pnu_12345678", "PREFECT_UI_URL": "http://ui",
      ]))
    #expect(key.uiURL == "http://ui")
    guard case .bearer(let token) = key.authentication else {
      Issue.record("no key: \(key.authentication)")
      return
    }
    #expect(token.reveal() == "pnu_12345678")
    let header = try PrefectConfiguration(
      settings([
        "PREFECT_API_URL": "http://x/api", "PREFECT_API_KEY": "pnu_12345678",
        "PREFECT_CLIENT_CUSTOM_HEADERS": #"{"Authorization": "Bearer of-the-proxy"}"#,
      ]))
    guard case .header("Authorization", let value) = header.authentication else {
      Issue.record("no header: \(header.authentication)")
      return
    }
    #expect(value.reveal() == "Bearer of-the-proxy")
  }

  @Test("A missing address names every place that was searched")
  func missingAddress() throws {
    let failure = #expect(throws: Misconfiguration.self) { try PrefectConfiguration(settings()) }
    #expect(
      failure?.message
        == "PREFECT_API_URL is not set: looked in the environment, \(folder.path)/prefect.toml, \(folder.path)/pyproject.toml, the profile ephemeral of \(folder.path)/profiles.toml"
    )
  }

  @Test(
    "A setting that is not as it must be is named with its place",
    arguments: [
      ("PREFECT_API_URL", "localhost:4200", "does not begin with http:// or https://"),
      ("PREFECT_CLIENT_CSRF_SUPPORT_ENABLED", "maybe", "is neither true nor false"),
      ("PREFECT_CLIENT_MAX_RETRIES", "five", "is no number"),
      ("PREFECT_CLIENT_RETRY_EXTRA_CODES", "404,7", "is no list of statuses such as 404,500"),
      ("PREFECT_CLIENT_CUSTOM_HEADERS", "secret", "is no JSON object of texts"),
      ("PREFECT_API_TLS_INSECURE_SKIP_VERIFY", "true", "this program always verifies"),
    ])
  func faulty(name: String, value: String, problem: String) throws {
    let settings = try settings(["PREFECT_API_URL": "http://x/api"].merging([name: value]) { $1 })
    let failure = #expect(throws: Misconfiguration.self) { try PrefectConfiguration(settings) }
    #expect(failure?.message.contains(problem) == true, "\(failure?.message ?? "")")
    #expect(failure?.message.contains(name) == true)
    if name.hasSuffix("HEADERS") { #expect(failure?.message.contains("secret") == false) }
  }
}

@Suite("profiles.toml") struct ProfilesTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  @Test("A setting is set and removed; everything else stays as it was")
  func editing() throws {
    let text = """
      # mine
      active = "work"

      [profiles.work] # at the office
      PREFECT_API_URL = "http://old/api" # since May
      PREFECT_API_KEY = "k"

      [profiles."at home"]
      PREFECT_API_URL = "http://home/api"
      """
    try folder.write("profiles.toml", text)
    var profiles = try PrefectProfiles(path: "\(folder.path)/profiles.toml")
    #expect(profiles.active == "work")
    try profiles.set("PREFECT_API_URL", to: "http://new/api?a=\"b\"", in: "work")
    try profiles.set("PREFECT_LOGGING_LEVEL", to: "DEBUG", in: "work")
    try profiles.set("PREFECT_API_KEY", to: nil, in: "work")
    try profiles.set("PREFECT_API_KEY", to: nil, in: "nobody")
    try profiles.set("PREFECT_API_URL", to: "http://home2/api", in: "at home")
    try profiles.set("A", to: "1", in: "new one")
    #expect(
      try folder.read("profiles.toml") == """
        # mine
        active = "work"

        [profiles.work] # at the office
        PREFECT_API_URL = "http://new/api?a=\\"b\\""
        PREFECT_LOGGING_LEVEL = "DEBUG"

        [profiles."at home"]
        PREFECT_API_URL = "http://home2/api"

        [profiles."new one"]
        A = "1"

        """)
    #expect(try PrefectProfiles(path: profiles.path) == profiles)
    #expect(profiles.settings(of: "work")?["PREFECT_API_URL"] == "http://new/api?a=\"b\"")
  }

  @Test("The first setting makes the file, for this user alone, and its profile the active one")
  func first() throws {
    let path = "\(folder.path)/deep/profiles.toml"
    var profiles = try PrefectProfiles(path: path)
    #expect(profiles.settings(of: "mine") == nil)
    try profiles.set("PREFECT_API_URL", to: "http://x/api", in: "mine")
    #expect(try PrefectProfiles(path: path).active == "mine")
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(permissions == 0o600)
  }

  @Test("A file that cannot be written is named with what the system says")
  func unwritable() throws {
    try folder.write("file", "")
    var profiles = try PrefectProfiles(path: "\(folder.path)/file/profiles.toml")
    let failure = #expect(throws: Misconfiguration.self) { try profiles.set("A", to: "1", in: "a") }
    #expect(failure?.message == "cannot write \(folder.path)/file/profiles.toml: Not a directory")
    #expect(profiles.settings(of: "a") == nil)
  }

  @Test("A value that spans lines is left to an editor")
  func untouchable() throws {
    try folder.write("profiles.toml", "[profiles.a]\nX = [\n  1,\n]\n")
    var profiles = try PrefectProfiles(path: "\(folder.path)/profiles.toml")
    #expect(throws: Misconfiguration.self) { try profiles.set("X", to: nil, in: "a") }
    #expect(try folder.read("profiles.toml") == "[profiles.a]\nX = [\n  1,\n]\n")
  }

  @Test(
    "What the file may not have is refused",
    arguments: [
      ("other = 1\n", "other is unknown"),
      ("active = 1\n", "active is an integer, not the name of a profile"),
      ("[profiles]\na = 1\n", "profiles.a is no table"),
    ])
  func refused(text: String, problem: String) throws {
    try folder.write("profiles.toml", text)
    let failure = #expect(throws: Misconfiguration.self) {
      try PrefectProfiles(path: "\(folder.path)/profiles.toml")
    }
    #expect(failure?.message == "\(folder.path)/profiles.toml: \(problem)")
  }
}

@Suite("TOML, as far as Prefect's files go") struct TOMLTests {
  @Test("Tables, keys and values of every kind")
  func reading() throws {
    let document = try TOMLReader.read(
      """
      # a comment
      a = "q\\"\\\\\\u00e9\\n" # after a value
      b.c = 'raw \\n'
      "d e" = -1_000
      f = 1.5e3
      g = true
      h = [1, "x", [2],
        # inside
        3,
      ]
      i = { j = 1, k.l = "m" }
      empty = {}

      [t]
      x = false
      [t.u."v w"]
      y = []
      """, file: "f")
    #expect(
      document == [
        "a": "q\"\\\u{e9}\n", "b": ["c": "raw \\n"], "d e": -1000, "f": 1500.0, "g": true,
        "h": [1, "x", [2], 3], "i": ["j": 1, "k": ["l": "m"]], "empty": [:],
        "t": ["x": false, "u": ["v w": ["y": []]]],
      ])
  }

  @Test("Lines may end as on Windows")
  func windows() throws {
    #expect(try TOMLReader.read("[a]\r\nb = 1\r\n\r\nc = 'x'\r\n", file: "f") == ["a": ["b": 1, "c": "x"]])
  }

  @Test(
    "What it does not know it refuses, with the line",
    arguments: [
      ("a = \"\"\"x\"\"\"", 1, "strings of several lines are not known here"),
      ("a = 1\n[[b]]", 2, "an array of tables is not known here"),
      ("a = 2026-01-01", 1, "2026-01-01 is no string in quotes, number or boolean"),
      ("a = b", 1, "b is no string in quotes, number or boolean"), ("a =", 1, "expected a value"),
      ("a = 1\na = 2", 2, "a is there twice"), ("a = 1\n[a]", 2, "a is there twice"),
      ("[a]\n[a]", 2, "the table a is there twice"), ("a = 1\na.b = 2", 2, "a is a value and a table"),
      ("a = 'x", 1, "a string that does not end"), ("a = \"\\q\"", 1, "\\q is no escape"),
      ("a 1", 1, "expected = after the key a"), ("= 1", 1, "expected a key"),
      ("a = 1 b = 2", 1, "expected the end of the line"),
      ("[a", 1, "expected ] at the end of the table's name"),
      ("a = [1 2]", 1, "expected , or ] in an array"), ("a = {b = 1", 1, "expected , or } in a table"),
      ("a = \"\\ud800\"", 1, "\\ud800 is no character"),
      ("a = nan", 1, "nan is no string in quotes, number or boolean"),
    ])
  func refused(text: String, line: Int, problem: String) {
    let failure = #expect(throws: Misconfiguration.self) { try TOMLReader.read(text, file: "f.toml") }
    #expect(failure?.message == "f.toml, line \(line): \(problem)")
  }
}
