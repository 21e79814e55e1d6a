import Essentials
import FoundationEssentials
import JSON
import PrefectAPI
import Testing

@testable import Worker

@Suite("Amounts of memory are read and shown") struct MemorySizeTests {
  @Test(
    "With units by 1000 and by 1024",
    arguments: [
      ("512Mi", 536_870_912), ("1.5Gi", 1_610_612_736), ("800M", 800_000_000), ("2GB", 2_000_000_000),
      ("64 MiB", 67_108_864), ("1048576", 1_048_576), ("10k", 10_000), ("1b", 1),
    ])
  func read(text: String, bytes: Int) { #expect(MemorySize(text)?.bytes == bytes) }

  @Test("What is none is refused", arguments: ["", "0", "lots", "-1Mi", "5i", "1e9", "Mi"])
  func refused(text: String) { #expect(MemorySize(text) == nil) }

  @Test(
    "In words",
    arguments: [
      (900, "900 bytes"), (35_651_584, "34 MiB"), (1_610_612_736, "1.5 GiB"), (536_900_000, "512 MiB"),
    ])
  func words(bytes: Int, text: String) { #expect(MemorySize(bytes: bytes).inWords == text) }
}

@Suite("Job variables over the pool's template") struct JobTemplateTests {
  let template = JobTemplate([
    "job_configuration": [
      "command": "{{ command }}", "env": "{{ env }}", "working_dir": "/data/{{ name }}/{{other}}",
      "stream_output": "{{ stream_output }}",
    ],
    "variables": [
      "properties": [
        "command": ["default": nil], "env": ["default": ["A": "1", "B": "2"]],
        "stream_output": ["default": true], "name": [:],
      ]
    ],
  ])

  @Test(
    "The run's lie over the deployment's, over the defaults; env by its members, dotted keys into objects")
  func layers() {
    let variables = template.variables([
      ["command": "first", "env": ["B": "3"]], ["command": "second", "env.C": "4", "name": "x"],
    ])
    #expect(
      variables == [
        "command": "second", "env": ["A": "1", "B": "3", "C": "4"], "stream_output": true, "name": "x",
      ])
  }

  @Test(
    "A gap alone keeps its value's type, a gap within a text is written out, one without a value is nothing")
  func gaps() {
    let filled = template.configuration(with: template.variables([["name": "x"]]))
    #expect(filled["stream_output"] == true)
    #expect(filled["env"] == ["A": "1", "B": "2"])
    #expect(filled["command"] == .null)
    #expect(filled["working_dir"] == "/data/x/")
  }

  @Test("Gaps for blocks and variables of the server stay, alone and within a text")
  func ofServer() {
    let template = JobTemplate([
      "job_configuration": [
        "working_dir": "{{ prefect.variables.folder }}",
        "name": "{{ name }} of {{ prefect.variables.country }}",
        "env": ["TOKEN": "{{ prefect.blocks.secret.token }}", "GONE": "{{ prefect.other }}"],
      ]
    ])
    #expect(
      template.configuration(with: ["name": "x"]) == [
        "working_dir": "{{ prefect.variables.folder }}", "name": "x of {{ prefect.variables.country }}",
        "env": ["TOKEN": "{{ prefect.blocks.secret.token }}", "GONE": nil],
      ])
  }

  @Test("An environment that the template has keeps its members, under those of the deployment and the run")
  func environment() {
    let template = JobTemplate([
      "job_configuration": ["env": ["A": "pool", "B": "{{ name }}", "C": "pool"]],
      "variables": ["properties": ["env": ["default": ["C": "default", "D": "default"]]]],
    ])
    let variables = template.variables([["name": "x", "env": ["D": "deployment"]], ["env.E": "run"]])
    #expect(
      template.configuration(with: variables) == [
        "env": ["A": "pool", "B": "x", "C": "default", "D": "deployment", "E": "run"], "name": "x",
      ])
  }

  @Test("A gap may name a variable of the worker's environment; one that it lacks is nothing")
  func ofEnvironment() {
    let template = JobTemplate([
      "job_configuration": [
        "working_dir": "{{ $HOME }}/work", "name": "{{ $NONE }}", "command": "{{ command }}",
        "env": ["A": "{{ $COUNTRY }}"],
      ]
    ])
    // What fills a gap is not looked at again.
    let filled = template.configuration(
      with: ["command": "echo {{ $HOME }}"], environment: ["HOME": "/home/sluice", "COUNTRY": "NO"])
    #expect(
      filled == [
        "working_dir": "/home/sluice/work", "name": "", "command": "echo {{ $HOME }}", "env": ["A": "NO"],
      ])
  }

  @Test("Variables that the template does not know reach the worker all the same")
  func unknown() {
    #expect(template.configuration(with: ["timeout": 5])["timeout"] == 5)
  }

  @Test("The template of a pool that this worker makes gives every variable a place")
  func own() throws {
    let own = JobTemplate(JobTemplate.process)
    let names = JobTemplate.process["variables"]?["properties"]?.object?.keys.sorted()
    #expect(own.configuration.keys.sorted() == names)
    let empty = try JobConfiguration(own.configuration(with: own.variables([])))
    #expect(empty == JobConfiguration())
  }
}

@Suite("What a job configuration says about a process") struct JobConfigurationTests {
  @Test("Every variable is read")
  func all() throws {
    let job = try JobConfiguration([
      "command": "python -m prefect.engine", "env": ["A": "x", "N": 5, "GONE": nil], "working_dir": "/srv",
      "stream_output": false, "timeout": 90, "memory_limit": "512Mi", "name": nil, "labels": [:],
    ])
    #expect(job.command == ["python", "-m", "prefect.engine"])
    #expect(job.environment == ["A": "x", "N": "5", "GONE": nil])
    #expect(job.workingFolder == "/srv")
    #expect(!job.streamsOutput)
    #expect(job.timeout == .seconds(90))
    #expect(job.memoryLimit == MemorySize(bytes: 536_870_912))
  }

  @Test("A blank command is none")
  func blank() throws { #expect(try JobConfiguration(["command": " "]).command == nil) }

  @Test(
    "What is not as it must be is refused by its name, a secret is not shown",
    arguments: [
      (["timeout": "soon"], "timeout"), (["timeout": 0], "timeout"),
      (["memory_limit": "much"], "memory_limit"),
      (["env": "made-up-secret"], "env"), (["command": 5], "command"),
      (["stream_output": "perhaps"], "stream_output"),
    ] as [(JSONObject, String)])
  func faults(document: JSONObject, name: String) throws {
    let failure = try #require(throws: Misconfiguration.self) { try JobConfiguration(document) }
    #expect(failure.message.contains("the job variable \(name) is"))
    #expect(!failure.message.contains("made-up-secret"))
  }
}

@Suite("What is started for a run") struct LaunchTests {
  let run = Example.run()
  var subject: Launch.Subject {
    Launch.Subject(run, flowName: "stars", deploymentName: "daily", worker: "w1")
  }

  @Test("Without a command it is this program; with one, that; and no secret is among the words")
  func words() throws {
    var job = JobConfiguration()
    let settings = ["PREFECT_API_AUTH_STRING": "made-up:password"]
    let own = Launch(
      subject, job, ownCommand: ["/opt/sluice", "flow-run", "execute"], inherited: [:], settings: settings)
    #expect(own.words == ["/opt/sluice", "flow-run", "execute"])
    #expect(own.environment["PREFECT_API_AUTH_STRING"] == "made-up:password")
    job.command = ["python", "-m", "prefect.engine"]
    #expect(
      Launch(subject, job, ownCommand: ["x"], inherited: [:], settings: settings).words
        == ["python", "-m", "prefect.engine"])
  }

  @Test(
    "The environment is the worker's, its settings, the job's, and what every worker of Prefect tells a run")
  func environment() {
    var job = JobConfiguration()
    job.environment = [
      "MINE": "1", "HOME": "/elsewhere", "GONE": nil, "PREFECT_API_URL": "http://other/api",
      "PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT__FLOW_RUN_ID": "made-up",
    ]
    let launch = Launch(
      subject, job, ownCommand: ["x"], inherited: ["HOME": "/root", "GONE": "1", "KEPT": "2"],
      settings: ["PREFECT_API_URL": "http://own/api"])
    #expect(
      launch.environment == [
        "MINE": "1", "HOME": "/elsewhere", "KEPT": "2", "PREFECT_API_URL": "http://own/api",
        "PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT__FLOW_RUN_ID": run.id.wire,
        "PREFECT__FLOW_ID": run.flowID.wire,
        "PREFECT__FLOW_NAME": "stars", "PREFECT__DEPLOYMENT_ID": run.deploymentID?.wire ?? "",
        "PREFECT__DEPLOYMENT_NAME": "daily", "PREFECT__WORKER_NAME": "w1",
        "PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",
      ])
  }

  @Test("A program is found by the child's own PATH and folder")
  func program() {
    func found(_ words: [String], path: String?, folder: String?, _ files: Set<String>) -> String? {
      Launch(words: words, environment: path.map { ["PATH": $0] } ?? [:], workingFolder: folder)
        .program { files.contains($0) }
    }
    #expect(found(["tool"], path: "/a:/b", folder: nil, ["/b/tool"]) == "/b/tool")
    #expect(found(["tool"], path: nil, folder: nil, ["/usr/bin/tool"]) == "/usr/bin/tool")
    #expect(found(["tool"], path: ":bin", folder: "/w", ["/w/bin/tool"]) == "/w/bin/tool")
    #expect(found(["./tool"], path: "/a", folder: "/w", ["/w/./tool"]) == "/w/./tool")
    #expect(found(["tool"], path: "/a", folder: "/w", ["/w/tool"]) == nil)
    #expect(found([], path: "/a", folder: nil, ["/a/"]) == nil)
  }
}

@Suite("Which runs are claimed") struct AdmissionTests {
  let now = Date(timeIntervalSince1970: 1_000_000)
  let ids = (0..<5).map { _ in UUID() }

  @Test("What is due, in the server's order, as many as there are slots; what comes later is waited for")
  func sort() {
    let candidates = [
      Admission.Candidate(ids[0], due: now.addingTimeInterval(-5)),
      .init(ids[1], due: now.addingTimeInterval(3)),
      .init(ids[2], due: nil), .init(ids[3], due: now), .init(ids[4], due: now.addingTimeInterval(-1)),
    ]
    let all = Admission.sort(candidates, known: [ids[2]], slots: nil, now: now)
    #expect(all.now == [ids[0], ids[3], ids[4]])
    #expect(all.later.map(\.id) == [ids[1]])
    #expect(Admission.sort(candidates, known: [], slots: 2, now: now).now == [ids[0], ids[2]])
    #expect(Admission.sort(candidates, known: [], slots: 0, now: now).now.isEmpty)
  }

  @Test("A run that stands there twice is claimed once")
  func twice() {
    let candidates = [Admission.Candidate(ids[0], due: nil), .init(ids[0], due: nil)]
    #expect(Admission.sort(candidates, known: [], slots: nil, now: now).now == [ids[0]])
  }
}

@Suite("How often a worker asks") struct PollRhythmTests {
  @Test("Spread by 30 % to both sides")
  func jitter() {
    let rhythm = PollRhythm(interval: .seconds(10))
    #expect(rhythm.wait(afterFailures: 0, random: 0.5) == .seconds(10))
    #expect(abs(rhythm.wait(afterFailures: 0, random: 0).seconds - 7) < 1e-9)
    #expect(abs(rhythm.wait(afterFailures: 0, random: 0.999999).seconds - 13) < 1e-4)
  }

  @Test("Longer and longer while the API is away, half a minute at most")
  func backoff() {
    let rhythm = PollRhythm(interval: .seconds(10))
    #expect(rhythm.wait(afterFailures: 1, random: 0) == .seconds(1))
    #expect(rhythm.wait(afterFailures: 3, random: 0) == .seconds(4))
    #expect(rhythm.wait(afterFailures: 50, random: 0) == .seconds(30))
  }
}

@Suite("Whether a worker is well") struct HealthRuleTests {
  let now = Date(timeIntervalSince1970: 1_000_000)

  @Test("Thirty missed polls of a worker, two of a process that serves, and not before the first")
  func limits() {
    let worker = HealthRule.worker(pollInterval: .seconds(10))
    #expect(!worker.isWell(lastPoll: nil, now: now))
    #expect(worker.isWell(lastPoll: now.addingTimeInterval(-300), now: now))
    #expect(!worker.isWell(lastPoll: now.addingTimeInterval(-301), now: now))
    let served = HealthRule.served(pollInterval: .seconds(15))
    #expect(served.isWell(lastPoll: now.addingTimeInterval(-30), now: now))
    #expect(!served.isWell(lastPoll: now.addingTimeInterval(-31), now: now))
    #expect(
      HealthRule.served(pollInterval: .seconds(1)).isWell(lastPoll: now.addingTimeInterval(-20), now: now))
  }
}

@Suite("What is written down of a run") struct RunRecordTests {
  @Test("It is read back as it was")
  func roundTrip() throws {
    var record = RunRecord(id: UUID(), name: "brave-fox", transition: UUID())
    #expect(RunRecord(json: record.json) == record)
    record.process = ProcessIdentity(pid: 4711, startTicks: .max, bootID: "b")
    record.started = Date(timeIntervalSince1970: 1_795_221_408.25)
    record.streamsOutput = false
    record.timeout = .seconds(90)
    record.memoryLimit = MemorySize(bytes: 1 << 29)
    record.outputPosition = 77
    record.isRequeued = true
    record.hasWaited = true
    for exit in [ProcessExit.exited(3), .signalled(9), .unknown(.whileAway)] {
      record.ending = ProcessEnding(exit, usage: ProcessUsage(peakMemory: 5, cpuSeconds: 0.5))
      let text = record.json.text()
      #expect(RunRecord(json: try JSONValue(parsing: text)) == record)
    }
  }

  @Test("What is none is refused", arguments: [[:], ["flow_run_id": "x"], [1]] as [JSONValue])
  func refused(document: JSONValue) { #expect(RunRecord(json: document) == nil) }
}
