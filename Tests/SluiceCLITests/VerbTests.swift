import ArgumentParser
import Deployments
import Foundation
import JSON
import PrefectAPI
import Testing

@testable import SluiceCLI

@Suite("The verbs, without a server") struct VerbTests {
  @Test("A parameter is JSON where it can be read as such, and text otherwise")
  func parameterValues() throws {
    let given = try GivenParameters.read(
      pairs: ["n=5", "name=Oslo", "list=[1, 2]", "quoted=\"5\"", "empty=", "equation=a=b", "none=null"],
      document: #"{"more": true}"#)
    #expect(
      given == [
        "n": 5, "name": "Oslo", "list": [1, 2], "quoted": "5", "empty": "", "equation": "a=b", "none": .null,
        "more": true,
      ])
  }

  @Test(
    "Parameters that cannot be read, or are given twice, are wrong usage",
    arguments: [
      (["n"], nil), (["=5"], nil), (["n=1", "n=2"], nil), ([], "[1]"),
      ([], "{n: 1}"),
    ] as [([String], String?)])
  func wrongParameters(pairs: [String], document: String?) {
    #expect(throws: UsageError.self) { try GivenParameters.read(pairs: pairs, document: document) }
  }

  @Test("What --param gives goes over what --params gives")
  func overDocument() throws {
    #expect(
      try GivenParameters.read(pairs: ["n=1"], document: #"{"n": 2, "m": 3}"#) == ["n": 1, "m": 3])
  }

  @Test("Prefect's options before a command, and its --no-prompt, are taken")
  func globalOptions() throws {
    let options = try GlobalOptions([
      "--no-prompt", "--profile", "prod", "deployment", "delete", "a/b", "--no-prompt",
    ])
    #expect(options.arguments == ["deployment", "delete", "a/b"] && options.profile == "prod")
    #expect(try GlobalOptions(["-p", "dev", "deploy", "--all"]).profile == "dev")
    #expect(try GlobalOptions(["--profile=dev", "flows"]).arguments == ["flows"])
    #expect(try GlobalOptions(["-v"]).arguments == ["--version"])
    // A flow may have a parameter of that name.
    #expect(try GlobalOptions(["run", "f", "--no-prompt"]).arguments == ["run", "f", "--no-prompt"])
    #expect(throws: UsageError.self) { try GlobalOptions(["--profile"]) }
  }

  @Test(
    "Times of day are the next such moment, after 2026-11-21T12:00Z",
    arguments: [
      "17:30": 5.5, "5:30pm": 5.5, "at 5:30pm": 5.5, "9am": 21, "12am": 12, "12pm": 0, "12:00:00": 0,
      "tomorrow 9am": 21, "today 17:30": 5.5, "tomorrow at 17:30": 29.5,
    ] as [String: Double])
  func timesOfDay(text: String, hours: Double) throws {
    let noon = Date(timeIntervalSince1970: 20_778 * 86_400 + 43_200)
    #expect(try MomentText.date(text, option: "--at", now: noon) == noon + hours * 3600)
  }

  @Test(
    "What is no time of day is wrong usage",
    arguments: ["25:00", "13pm", "0am", "9", "17:60", "yesterday 9am", "at noon"])
  func noTimeOfDay(text: String) {
    #expect(throws: UsageError.self) { try MomentText.date(text, option: "--at", now: Date()) }
  }

  private func deployment(enforced: Bool = true) throws -> Prefect.Deployment {
    try Prefect.Deployment(wire: [
      "id": "5c8351e0-ca16-4ba2-901c-a140976bdf64", "name": "de",
      "flow_id": "0cd9a4bb-05d2-4aa9-b077-1fa296f1144d", "parameters": ["region": "NO"],
      "enforce_parameter_schema": .bool(enforced),
      "parameter_openapi_schema": [
        "type": "object",
        "properties": ["region": ["type": "string"], "n": ["type": "integer", "minimum": 1]],
        "required": ["region", "n"],
      ],
    ])
  }

  @Test("Parameters are checked over the deployment's own, before anything is sent")
  func schema() throws {
    let deployment = try deployment()
    try GivenParameters.check(["n": 2], of: deployment, named: "fl/de")
    for (given, problem) in [
      (["n": "x"], "n must be an integer"), (["n": 0], "n must be at least 1"), (["region": "SE"], "n"),
      (["n": 2, "bogus": 1], "has no parameter bogus"),
    ] as [(JSONObject, String)] {
      let error = #expect(throws: (any Error).self) {
        try GivenParameters.check(given, of: deployment, named: "fl/de")
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains(problem))
    }
  }

  @Test("A deployment that does not insist on its schema takes every value, but no unknown name")
  func looseSchema() throws {
    let deployment = try deployment(enforced: false)
    try GivenParameters.check(["n": "x"], of: deployment, named: "fl/de")
    #expect(throws: (any Error).self) { try GivenParameters.check(["m": 1], of: deployment, named: "fl/de") }
  }

  @Test(
    "Lengths of time",
    arguments: [
      "90": 90, "90s": 90, "1.5m": 90, "2h": 7200, "1d": 86400, "PT10M": 600, "5 minutes": 300,
      "in 5 minutes": 300,
      "1 hour 30 minutes": 5400, "1 hour, and 1 min": 3660, "2 weeks": 1_209_600,
    ])
  func lengths(text: String, seconds: Double) throws {
    #expect(try MomentText.seconds(text, option: "--in") == seconds)
  }

  @Test(
    "What is no time and no length of time is wrong usage",
    arguments: ["", "soon", "10x", "m", "P1Y", "5 fortnights", "minutes"])
  func wrongTimes(text: String) {
    #expect(throws: UsageError.self) { try MomentText.seconds(text, option: "--in") }
    #expect(throws: UsageError.self) { try MomentText.date(text, option: "--at") }
  }

  @Test("A time is in UTC unless it says otherwise; seconds and hours may be left out")
  func times() throws {
    // 2026-11-21 is day 20,778 since 1970.
    let midnight = Date(timeIntervalSince1970: 20_778 * 86_400)
    #expect(try MomentText.date("2026-11-21", option: "--at") == midnight)
    #expect(try MomentText.date("2026-11-21T09:30", option: "--at") == midnight + 34_200)
    #expect(try MomentText.date("2026-11-21T09:30:00+01:00", option: "--at") == midnight + 30_600)
  }

  @Test("How far away a time is, in words")
  func when() {
    let now = Date(timeIntervalSince1970: 1_000_000)
    #expect(Words.when(now, now: now) == "now")
    #expect(Words.when(now + 59, now: now) == "in 59 seconds")
    #expect(Words.when(now - 60, now: now) == "1 minute ago")
    #expect(Words.when(now + 7300, now: now) == "in 2 hours")
    #expect(Words.when(now - 86_400 * 3, now: now) == "3 days ago")
    #expect(Words.when(nil, now: now).isEmpty)
  }

  @Test("Schedules in words")
  func schedules() {
    #expect(Words.schedule(.cron("0 9 * * *", timezone: "Europe/Oslo")) == "cron: 0 9 * * * (Europe/Oslo)")
    #expect(Words.schedule(.interval(seconds: 7200)) == "interval: 7200 s")
    #expect(Words.schedule(.interval(seconds: 0.5)) == "interval: 0.5 s")
    #expect(Words.schedule(.rrule("FREQ=DAILY")) == "rrule: FREQ=DAILY")
  }

  @Test("A table has its columns under each other, and each row on one line")
  func table() {
    let table = TextTable(["Name", "Value"], [["a", "x\ny"], ["longer", ""]])
    #expect(table.text == "Name    Value\n-------------\na       x y\nlonger")
  }

  @Test("Settings that may have a secret in them are masked")
  func secrets() {
    for name in ["PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_CLIENT_CUSTOM_HEADERS"] {
      #expect(SettingSecrecy.shown(name, "hush", showsSecrets: false) == "********")
      #expect(SettingSecrecy.shown(name, "hush", showsSecrets: true) == "hush")
    }
    #expect(
      SettingSecrecy.shown("PREFECT_API_URL", "http://u:p@host/api", showsSecrets: false)
        == "http://********@host/api")
    #expect(
      SettingSecrecy.shown("PREFECT_API_URL", "http://host/api", showsSecrets: false) == "http://host/api")
  }

  @Test(
    "Options that do not go together are wrong usage",
    arguments: [
      "deployment run f/d --at 2026-01-01 --in 5m", "deployment schedule create f/d",
      "deployment schedule create f/d --cron x --interval 5",
      "deployment schedule create f/d --cron x --no-day-or-x",
      "deployment schedule pause f/d", "deployment schedule pause f/d x --all",
      "flow-run logs x --head --tail",
      "flow-run logs x --follow --tail", "flow-run logs x --level LOUD", "flow-run ls --state-type X",
      "work-pool set-concurrency-limit p -1", "block create secret -p a=b", "artifact inspect",
      "artifact inspect k --id x", "config set NAME=x", "config set PREFECT_API_URL",
      "config unset PREFECT_HOME",
      "deployment ls -o xml", "deployment run", "deployment run f/d --id x", "deployment delete f/d --id x",
    ])
  func usage(line: String) async throws {
    let ending = try await Program.run(line.split(separator: " ").map(String.init))
    #expect(ending.code == 2, "\(ending.errors)")
  }

  @Test("A setting is set, seen, masked and unset in a profile")
  func settings() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-config-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let place = ["PREFECT_PROFILES_PATH": folder.appending(path: "profiles.toml").path]
    let set = try await Program.run(
      "config", "set", "PREFECT_API_URL=http://127.0.0.1:9/api", "PREFECT_API_KEY=made-up-key-1",
      environment: place)
    #expect(set.code == 0, "\(set.errors)")
    let view = try await Program.run("config", "view", environment: place)
    #expect(view.output.contains("http://127.0.0.1:9/api") && !view.output.contains("made-up-key-1"))
    let json = try await Program.run("config", "view", "--output", "json", environment: place)
    let names = try JSONValue(parsing: json.output)["settings"]?.array?.compactMap { $0["name"]?.string }
    #expect(names == ["PREFECT_API_KEY", "PREFECT_API_URL", "PREFECT_PROFILES_PATH"])
    let unset = try await Program.run("config", "unset", "PREFECT_API_KEY", environment: place)
    #expect(unset.code == 0, "\(unset.errors)")
    let again = try await Program.run("config", "unset", "PREFECT_API_KEY", environment: place)
    #expect(again.code == 3 && again.errors.contains("has no PREFECT_API_KEY"))
  }

  @Test("A setting that another place overrides is set, with a note")
  func overridden() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-config-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let ending = try await Program.run(
      "config", "set", "PREFECT_API_URL=http://127.0.0.1:9/api",
      environment: [
        "PREFECT_PROFILES_PATH": folder.appending(path: "profiles.toml").path,
        "PREFECT_API_URL": "http://127.0.0.1:8/api",
      ])
    #expect(ending.code == 0)
    #expect(ending.errors.contains("PREFECT_API_URL is set in the environment, which comes first"))
  }

  @Test("A folder that is not there is named in one sentence, with what to do")
  func noFolder() async throws {
    let ending = try await Program.run(
      "block", "apply", "nofolder", environment: ["PREFECT_API_URL": "http://127.0.0.1:9/api"])
    #expect(ending.code == 3)
    let problem = "the block folder nofolder cannot be read: No such file or directory. Name a folder"
    #expect(ending.errors.hasPrefix("error: \(problem)"), "\(ending.errors)")
    #expect(!ending.errors.contains("Error Domain"))
  }
}
