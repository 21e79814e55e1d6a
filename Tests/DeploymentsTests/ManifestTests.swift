import Essentials
import FlowKit
import JSON
import Testing

@testable import Deployments

@Suite("Manifests") struct ManifestTests {
  @Test("A manifest in Prefect's format is read, all of it")
  func everything() async throws {
    let set = try await Samples.set(
      """
      name: weather
      prefect-version: 3.8.8
      build: null
      push: []
      pull:
        - prefect.deployments.steps.set_working_directory:
            directory: /srv
      deployments:
        - name: hello
          entrypoint: greeting
          description: Says hello.
          tags: [a, b]
          version: "1.0"
          version_type: prefect:simple
          paused: true
          parameters: {name: Ada, times: 3}
          schedules:
            - cron: "0 6 * * *"
              timezone: Europe/Oslo
              day_or: false
              slug: early
              active: false
              parameters: {loud: true}
            - interval: PT1H30M
              anchor_date: "2026-01-01T00:00:00Z"
            - interval: 900
            - schedule: {rrule: "FREQ=WEEKLY;BYDAY=MO,WE"}
              slug: twice
          work_pool:
            name: pool-a
            work_queue_name: high
            job_variables:
              env: {LANG: C}
              command: echo hi
          concurrency_limit: {limit: 2, collision_strategy: CANCEL_NEW, grace_period_seconds: 90}
          enforce_parameter_schema: false
      """)
    #expect(set.project == "weather")
    let entry = try #require(set.entries.first)
    #expect(entry.name == "greeting/hello")
    #expect(entry.place == "flow/prefect.yaml:9")
    let deployment = entry.deployment
    #expect(deployment.description == "Says hello.")
    #expect(deployment.tags == ["a", "b"])
    #expect(deployment.version == "1.0")
    #expect(deployment.paused == true)
    #expect(deployment.parameters == ["name": "Ada", "times": 3])
    #expect(
      deployment.schedules == [
        .cron(
          "0 6 * * *", timezone: "Europe/Oslo", dayOr: false, active: false, parameters: ["loud": true],
          slug: "early"),
        .every(.seconds(5400), anchor: "2026-01-01T00:00:00Z"),
        .every(.seconds(900)),
        .rrule("FREQ=WEEKLY;BYDAY=MO,WE", slug: "twice"),
      ])
    #expect(
      deployment.workPool
        == Deployment.WorkPool(
          "pool-a", queue: "high", jobVariables: ["env": ["LANG": "C"], "command": "echo hi"]))
    #expect(
      deployment.concurrencyLimit
        == Deployment.ConcurrencyLimit(2, collisionStrategy: "CANCEL_NEW", gracePeriodSeconds: 90))
    #expect(!deployment.enforcesParameterSchema)
    #expect(deployment.pullSteps == [.setWorkingDirectory("/srv")])
  }

  @Test(
    "Prefect's ways to write that there is no schedule are read as none",
    arguments: [
      "schedule: {}", "schedules: [{}]", "schedules:\n  - {cron: null, interval: null}",
      "schedules:\n  - schedule: {}\n    active: true",
    ])
  func noSchedule(settings: String) async throws {
    let set = try await Samples.set(
      "deployments:\n  - entrypoint: greeting\n    \(settings.replacing("\n", with: "\n    "))\n")
    #expect(try #require(set.entries.first).deployment.schedules.isEmpty)
  }

  @Test("Where no pool is named, it is that of the selection, and default without one")
  func defaultPool() async throws {
    let yaml = """
      deployments:
        - {name: a, entrypoint: greeting}
        - {name: b, entrypoint: greeting, work_pool: {name: own}}
        - {name: c, entrypoint: greeting, infrastructure: ecs}
      """
    let set = try await Samples.set(yaml, selection: DeploymentSelection(pool: "district"))
    let plain = try await Samples.set(yaml)
    let ecs = try #require(plain.entries.last).deployment.poolName
    #expect(set.entries.map(\.deployment.poolName) == ["district", "own", ecs])
    #expect(plain.entries.map(\.deployment.poolName) == ["default", "own", ecs])
  }

  @Test("What is not said has the defaults: name and pool default, active")
  func defaults() async throws {
    let set = try await Samples.set("deployments:\n  - entrypoint: greeting\n")
    let entry = try #require(set.entries.first)
    #expect(entry.name == "greeting/default")
    #expect(entry.deployment.poolName == "default")
    #expect(entry.deployment.paused == nil)
    #expect(set.project == "test")
  }

  @Test(
    "An unknown key is refused with file and line",
    arguments: [
      ("tag: [a]", "flow/prefect.yaml:4: a deployment has the unknown key tag"),
      ("schedules:\n  - cron: 0 6 * * *\n    tz: UTC", ":6: a schedule has the unknown key tz"),
      ("work_pool:\n  nam: x", ":5: work_pool has the unknown key nam"),
      ("infrastructure:\n  type: ecs\n  disk: 3", ":6: infrastructure has the unknown key disk"),
      ("environments:\n  prod:\n    cron: x", ":6: the environment prod has the unknown key cron"),
      ("concurrency_limit: {max: 2}", ":4: concurrency_limit has the unknown key max"),
      (
        "pull:\n  - prefect.deployments.steps.git_clone: {repository: x, brunch: y}",
        ":5: the step has the unknown key brunch"
      ),
      ("schedules:\n  - schedule: {cron: 0 6 * * *}\n    cron: x", ":6: a schedule has the unknown key cron"),
    ])
  func unknownKeys(settings: String, complaint: String) async {
    #expect(await Samples.complaint(of: settings).contains(complaint))
  }

  @Test(
    "A value of the wrong kind is refused with file and line",
    arguments: [
      ("version: 1.0", ":4: version must be a text, not a number. Put it in quotes."),
      ("paused: maybe", ":4: paused must be true or false, not \"maybe\""),
      ("parameters: [a]", ":4: parameters must be a mapping, not an array"),
      ("concurrency_limit: 0", ":4: concurrency_limit must be an integer of at least 1, not 0"),
      ("concurrency_limit: {limit: 1, collision_strategy: DROP}", "ENQUEUE or CANCEL_NEW, not DROP"),
      ("schedules: daily", ":4: schedules must be a list, not a string"),
      ("schedules:\n  - timezone: UTC", ":5: a schedule has none of cron, interval and rrule"),
      (
        "schedules:\n  - cron: 0 6 * * *\n    interval: 60",
        ":5: a schedule has both cron and interval"
      ),
      (
        "schedules:\n  - schedule: {cron: 0 6 * * *}\n    max_scheduled_runs: 3",
        ":6: max_scheduled_runs has no effect"
      ),
      ("schedules:\n  - interval: 1 hour", "interval must be a number of seconds or a duration"),
      ("schedules:\n  - interval: -5", ":5: the interval -5.0 is not longer than 0 seconds"),
      ("schedules:\n  - cron: 0 6 * *", ":5: the cron expression \"0 6 * *\" has 4 fields"),
      ("schedules:\n  - cron: 0 6 * * *\n    timezone: Mars/X", ":5: there is no time zone \"Mars/X\""),
      ("schedules:\n  - cron: 0 6 * * *\n    anchor_date: x", ":6: anchor_date belongs to an interval"),
      (
        "schedules:\n  - {cron: 0 6 * * *, slug: a}\n  - {cron: 0 7 * * *, slug: a}",
        "two schedules have the slug a"
      ),
      ("schedule: {cron: 0 6 * * *}\nschedules: []", ":4: there are both schedule and schedules"),
      ("infrastructure: lambda", "infrastructure must be one of worker, docker, kubernetes, ecs"),
      ("infrastructure: {type: ecs, cpu: 256}", "cpu must be a number of cores, not 256. 0.25 is what ECS"),
      ("infrastructure: {type: ecs, memory: 2GB}", "memory must be a number of MiB"),
      ("version_type: git", "version_type must be prefect:simple"),
      ("build:\n  - prefect_docker.build: {}", ":5: build steps are not carried out"),
      ("triggers:\n  - {}", ":5: triggers are not deployed"),
      ("pull:\n  - prefect.deployments.steps.run_shell_script: {script: x}", "there is no pull step prefect"),
      ("pull:\n  - prefect.deployments.steps.git_clone: {}", "does not say its repository"),
    ])
  func wrongValues(settings: String, complaint: String) async {
    let said = await Samples.complaint(of: settings)
    #expect(said.contains(complaint), "\(said)")
  }

  @Test(
    "A file that is no manifest is refused with its line",
    arguments: [
      ("", "prefect.yaml:1: is empty"),
      ("- a", "prefect.yaml:1: a manifest must be a mapping"),
      ("deployments:\n  - name: [", "prefect.yaml:3: is no YAML"),
      ("name: a\nname: b", "prefect.yaml:1: is no YAML: the mapping that begins here has the key name twice"),
      ("work_pools: []", "prefect.yaml:1: a manifest has the unknown key work_pools"),
      ("deployments:\n  - <<: {}", "Merge keys are not read"),
      ("deployments:\n  - name: x", "prefect.yaml:2: the deployment does not say its entrypoint"),
      ("deployments:\n  - entrypoint: flow.py:go", "is the name of a flow, not a file and a function"),
      ("deployments:\n  - entrypoint: nobody", "prefect.yaml:2: there is no flow \"nobody\""),
      ("deployments:\n  - {entrypoint: greeting, name: a/b}", "has one of / % & < >"),
      (
        "deployments:\n  - entrypoint: greeting\n    description: {{ $X }}",
        "prefect.yaml:3: has a key that is no text"
      ),
    ])
  func files(yaml: String, complaint: String) async {
    let said = await Samples.complaint { _ = try await Samples.set(yaml) }
    #expect(said.contains(complaint), "\(said)")
  }

  @Test("An alias stands for what it names")
  func aliases() async throws {
    let set = try await Samples.set(
      """
      deployments:
        - name: a
          entrypoint: greeting
          work_pool: &pool {name: p}
        - name: b
          entrypoint: greeting
          work_pool: *pool
      """)
    #expect(set.entries.map(\.deployment.poolName) == ["p", "p"])
  }

  @Test("Two deployments of one name are refused, with both places")
  func twice() async throws {
    let said = await Samples.complaint {
      _ = try await Samples.set("deployments:\n  - entrypoint: greeting\n  - entrypoint: greeting\n")
    }
    #expect(
      said.contains(
        "flow/prefect.yaml:3: there is a deployment greeting/default already, at flow/prefect.yaml:2"))
  }

  @Test("All problems of a set are told at once")
  func severalProblems() async throws {
    let said = await Samples.complaint {
      _ = try await Samples.set(
        "deployments:\n  - {name: a, entrypoint: greeting, tag: x}\n  - {name: b, entrypoint: nobody}\n")
    }
    #expect(said.contains("unknown key tag") && said.contains("there is no flow \"nobody\""), "\(said)")
  }

  @Test("Manifests that call the project differently are refused")
  func projects() async throws {
    let files = [try ManifestFile("name: a", path: "a.yaml"), try ManifestFile("name: b", path: "b.yaml")]
    let said = await Samples.complaint {
      _ = try await DeploymentSet.project(of: files, ReferenceValues(environment: [:]))
    }
    #expect(said.contains("a.yaml calls the project a, b.yaml calls it b"))
  }
}

@Suite("Parameters of deployments") struct DeploymentParameterTests {
  @Test(
    "Parameters are checked against the flow's schema",
    arguments: [
      ("parameters: {times: 11}", "flow/prefect.yaml:4: parameter times must be at most 10"),
      ("parameters:\n  name: x\n  times: 11", "flow/prefect.yaml:6: parameter times must be at most 10"),
      ("parameters: {times: two}", "parameter times must be an integer"),
      (
        "parameters: {tims: 2}",
        "the flow greeting has no parameter tims. Its parameters are: name, times, loud"
      ),
      (
        "schedules:\n  - cron: 0 6 * * *\n    slug: early\n    parameters: {times: 0}",
        "parameter times of schedule early must be at least 1"
      ),
    ])
  func checked(settings: String, complaint: String) async {
    let said = await Samples.complaint(of: settings)
    #expect(said.contains(complaint), "\(said)")
  }

  @Test("A schedule that would run without a parameter that must be given is refused")
  func missing() async throws {
    let scheduled = "deployments:\n  - entrypoint: copying\n    schedules:\n      - cron: 0 6 * * *\n"
    let said = await Samples.complaint { _ = try await Samples.set(scheduled) }
    #expect(said.contains("schedule 1 of copying/default would run without the parameters source"))
    _ = try await Samples.set(scheduled + "        parameters: {source: x}\n")
    _ = try await Samples.set(scheduled + "        active: false\n")
    _ = try await Samples.set(scheduled + "    parameters: {source: x}\n")
    _ = try await Samples.set("deployments:\n  - entrypoint: copying\n")
  }
}
