import Essentials
import Foundation
import HTTP
import JSON
import PrefectAPI
import PrefectTesting
import Testing

@testable import PrefectClient

@Suite(
  "Deployments, work pools and blocks, on a real Prefect server",
  .enabled(if: LiveServer.isThere, "make test-prefect starts a server for this"), .serialized)
struct LiveWorkTests {
  let client = LiveServer.client

  @Test("A deployment is made, changed, found by name, paused and deleted")
  func deployments() async throws {
    let (deployment, pool) = try await LiveServer.deployment(concurrencyLimit: 2) {
      $0.description = "first"
      $0.version = "1"
      $0.versionInfo = Prefect.VersionInfo("1")
      $0.concurrencyOptions = Prefect.ConcurrencyOptions(.enqueue)
      $0.pullSteps = [["prefect.deployments.steps.set_working_directory": ["directory": "/"]]]
      $0.jobVariables = ["env": ["A_b": "c"]]
      $0.schedules = [
        Prefect.DeploymentScheduleCreate(.cron("0 6 * * *", timezone: "Europe/Oslo"), slug: "daily"),
        Prefect.DeploymentScheduleCreate(.interval(seconds: 3600), active: false, slug: "hourly"),
        Prefect.DeploymentScheduleCreate(
          .rrule("FREQ=MONTHLY;BYMONTHDAY=5", timezone: "UTC"), slug: "monthly"),
      ]
    }
    #expect(deployment.workPoolName == pool)
    #expect(deployment.globalConcurrencyLimit?.limit == 2)
    #expect(deployment.concurrencyOptions?.collisionStrategy == .enqueue)
    #expect(deployment.jobVariables == ["env": ["A_b": "c"]])
    #expect(deployment.pullSteps.count == 1)
    #expect(deployment.enforceParameterSchema)
    let daily = try #require(deployment.schedules.first { $0.slug == "daily" })
    #expect(daily.schedule == .cron("0 6 * * *", timezone: "Europe/Oslo", dayOr: true))
    let hourly = try #require(deployment.schedules.first { $0.slug == "hourly" })
    guard case .interval(3600, _?, _) = hourly.schedule else {
      Issue.record("an interval came back as \(hourly.schedule)")
      return
    }
    #expect(!hourly.active)

    try await client.updateSchedule(
      hourly.id, ofDeployment: deployment.id, Prefect.DeploymentScheduleUpdate(active: true))
    try await client.deleteSchedule(daily.id, ofDeployment: deployment.id)
    let added = try await client.createSchedules(
      ofDeployment: deployment.id, [Prefect.DeploymentScheduleCreate(.cron("@daily"), slug: "again")])
    #expect(added.map(\.slug) == ["again"])
    let slugs = try await client.schedules(ofDeployment: deployment.id).filter(\.active).map(\.slug)
    #expect(Set(slugs) == ["hourly", "monthly", "again"])

    var update = Prefect.DeploymentUpdate()
    update.description = .clear
    update.concurrencyLimit = .clear
    update.tags = ["b"]
    update.version = .set("2")
    try await client.updateDeployment(deployment.id, update)
    try await client.setDeploymentPaused(deployment.id, true)
    let changed = try await client.deployment(deployment.id)
    #expect(changed.description == nil)
    #expect(changed.globalConcurrencyLimit == nil)
    #expect(changed.version == "2")
    #expect(changed.tags == ["b"])
    #expect(changed.paused)
    #expect(changed.jobVariables == deployment.jobVariables, "what is kept is not mentioned")
    let flow = try await client.flow(deployment.flowID)
    #expect(try await client.deployment(flow: flow.name, name: deployment.name)?.id == deployment.id)
    var filters = Prefect.Filters()
    filters.deployments = Prefect.DeploymentFilter()
    filters.deployments?.name = .any(deployment.name)
    #expect(try await client.deployments(filters).map(\.id) == [deployment.id])
    #expect(
      try await client.scheduledFlowRuns(ofDeployments: [deployment.id], before: Date()).isEmpty)
    try await client.deleteDeployment(deployment.id)
    #expect(try await client.deployment(flow: flow.name, name: deployment.name) == nil)
  }

  @Test("A served deployment's runs are found by the deployment")
  func serving() async throws {
    let (deployment, _) = try await LiveServer.deployment { $0.workPoolName = nil }
    let run = try await client.createFlowRun(deployment: deployment.id, Prefect.DeploymentFlowRunCreate())
    let due = try await client.scheduledFlowRuns(
      ofDeployments: [deployment.id], before: Date(timeIntervalSinceNow: 5))
    #expect(due.map(\.id) == [run.id])
  }

  @Test("A work pool, its queues and its workers")
  func pools() async throws {
    let name = LiveServer.unique("pool")
    #expect(try await client.workPool(name) == nil)
    var create = Prefect.WorkPoolCreate(
      name: name, type: "process",
      baseJobTemplate: [
        "job_configuration": ["command": "{{ command }}"],
        "variables": ["type": "object", "properties": ["command": ["type": "string"]]],
      ])
    create.concurrencyLimit = 5
    let pool = try await client.createWorkPool(create)
    #expect(pool.type == "process")
    #expect(pool.concurrencyLimit == 5)
    let taken = await #expect(throws: PrefectFailure.self) { try await client.createWorkPool(create) }
    #expect(taken?.isConflict == true)
    try await client.sendHeartbeat(pool: name, worker: "w1", intervalSeconds: 30)
    let workers = try await client.workers(pool: name)
    #expect(workers.map(\.name) == ["w1"])
    #expect(workers.first?.status == .online)
    var update = Prefect.WorkPoolUpdate()
    update.concurrencyLimit = .clear
    update.isPaused = true
    try await client.updateWorkPool(name, update)
    let changed = try #require(try await client.workPool(name))
    #expect(changed.concurrencyLimit == nil)
    #expect(changed.isPaused)
    #expect(changed.status == .paused)
    #expect(changed.baseJobTemplate == pool.baseJobTemplate)

    let queue = try await client.createWorkQueue(
      pool: name, Prefect.WorkQueueCreate(name: "urgent", priority: 1, concurrencyLimit: 1))
    var queueUpdate = Prefect.WorkQueueUpdate()
    queueUpdate.concurrencyLimit = .clear
    queueUpdate.isPaused = true
    try await client.updateWorkQueue(queue.id, queueUpdate)
    #expect(try await client.workQueue("urgent", pool: name)?.concurrencyLimit == nil)
    #expect(try await client.workQueue(queue.id).isPaused)
    #expect(Set(try await client.workQueues(pool: name).map(\.name)) == ["default", "urgent"])
    try await client.deleteWorkQueue(queue.id)
    #expect(try await client.workQueue("urgent", pool: name) == nil)
    var filter = Prefect.WorkPoolFilter()
    filter.name = .any(name)
    #expect(try await client.workPools(filter).map(\.id) == [pool.id])
    try await client.deleteWorkPool(name)
    #expect(try await client.workPool(name) == nil)
    await #expect(throws: PrefectFailure.self) {
      try await client.scheduledFlowRuns(pool: name, before: Date())
    }
  }

  @Test("A block's schema has the checksum that the server gives it, and its secrets are masked")
  func blocks() async throws {
    let slug = LiveServer.unique("secretive")
    let type = try await client.createBlockType(Prefect.BlockTypeCreate(name: slug, slug: slug))
    let fields: JSONObject = [
      "title": "Secretive", "description": "Grüße \u{1F327}\u{7F}", "type": "object",
      "properties": [
        "url": ["title": "URL", "type": "string", "default": 1.5e-7],
        "password": ["title": "Password", "type": "string", "format": "password", "writeOnly": true],
        "inner": ["$ref": "#/definitions/Inner"],
      ],
      "required": ["password"], "block_type_slug": .string(slug), "secret_fields": ["password"],
      "block_schema_references": [:],
      "definitions": [
        "Inner": [
          "type": "object", "secret_fields": [], "properties": ["deep": ["$ref": "#/definitions/Deep"]],
        ],
        "Deep": ["type": "string", "enum": ["b", "a"]], "Unused": ["type": "null"],
      ],
    ]
    let create = Prefect.BlockSchemaCreate(fields: fields, blockTypeID: type.id, capabilities: ["x"])
    #expect(try await client.blockSchema(checksum: create.checksum) == nil)
    let schema = try await client.createBlockSchema(create)
    #expect(schema.checksum == create.checksum)
    #expect(try await client.createBlockSchema(create).id == schema.id)
    #expect(
      try await client.blockSchema(checksum: create.checksum, version: "non-versioned")?.id == schema.id)

    let document = try await client.createBlockDocument(
      Prefect.BlockDocumentCreate(
        name: "mine", data: ["url": "http://x", "password": "s3cret-pw"], blockSchemaID: schema.id,
        blockTypeID: type.id))
    #expect(document.data["password"] == "********")
    let open = try #require(
      try await client.blockDocument(type: slug, name: "mine", includeSecrets: true))
    #expect(open.data["password"] == "s3cret-pw")
    // The mask sent back leaves the secret alone.
    try await client.updateBlockDocument(
      document.id, Prefect.BlockDocumentUpdate(data: ["url": "http://y", "password": "********"]))
    let changed = try await client.blockDocument(document.id, includeSecrets: true)
    #expect(changed.data == ["url": "http://y", "password": "s3cret-pw"])
    var filter = Prefect.BlockTypeFilter()
    filter.slug = .any(slug)
    #expect(try await client.blockDocuments(types: filter).map(\.name) == ["mine"])
    #expect(try await client.blockTypes(filter).map(\.id) == [type.id])
    var schemas = Prefect.BlockSchemaFilter()
    schemas.blockTypeID = .any(type.id)
    #expect(try await client.blockSchemas(schemas).map(\.id) == [schema.id])
    var look = Prefect.BlockTypeUpdate()
    look.description = "For tests"
    try await client.updateBlockType(type.id, look)
    #expect(try await client.blockType(slug)?.description == "For tests")
    try await client.deleteBlockDocument(document.id)
    #expect(try await client.blockDocument(type: slug, name: "mine", includeSecrets: false) == nil)
    try await client.deleteBlockType(type.id)
    #expect(try await client.blockType(slug) == nil)
  }

  @Test("Every schema that the server has itself gets the checksum that it has")
  func builtInChecksums() async throws {
    let schemas = try await client.blockSchemas(Prefect.BlockSchemaFilter())
    // Definitions come back as the server keeps them, not as they were sent: Prefect itself gets another sum there.
    let plain = schemas.filter { $0.fields["definitions"] == nil }
    #expect(plain.count > 5)
    for schema in plain {
      #expect(
        Prefect.BlockSchemaCreate.checksum(of: schema.fields) == schema.checksum,
        "\(schema.fields["title"] ?? "")")
    }
  }

  @Test("Variables hold any JSON")
  func variables() async throws {
    let name = LiveServer.unique("variable")
    let value: JSONValue = ["camelKey": [1, nil, "x"]]
    let variable = try await client.createVariable(
      Prefect.VariableCreate(name: name, value: value, tags: ["a"]))
    #expect(variable.value == value)
    #expect(try await client.variable(name)?.tags == ["a"])
    try await client.updateVariable(name, Prefect.VariableUpdate(value: 5))
    #expect(try await client.variable(name)?.value == 5)
    var filter = Prefect.VariableFilter()
    filter.name = .any(name)
    #expect(try await client.variables(filter).map(\.id) == [variable.id])
    try await client.deleteVariable(name)
    #expect(try await client.variable(name) == nil)
  }

  @Test("Limits by tag and by name, and the leases on their slots")
  func limits() async throws {
    let tag = LiveServer.unique("tag")
    #expect(try await client.createConcurrencyLimit(tag: tag, limit: 1).concurrencyLimit == 1)
    #expect(try await client.createConcurrencyLimit(tag: tag, limit: 2).concurrencyLimit == 2)
    #expect(try await client.concurrencyLimit(tag: tag)?.activeSlots == [])
    try await client.resetConcurrencyLimit(tag: tag)
    #expect(try await client.concurrencyLimits().contains { $0.tag == tag })
    try await client.deleteConcurrencyLimit(tag: tag)
    #expect(try await client.concurrencyLimit(tag: tag) == nil)

    let name = LiveServer.unique("limit")
    let limit = try await client.createGlobalConcurrencyLimit(
      Prefect.GlobalConcurrencyLimitCreate(name: name, limit: 1))
    let lease = try await client.acquireConcurrencyLease(
      names: [name, LiveServer.unique("none")],
      holder: Prefect.ConcurrencyLeaseHolder(type: "flow_run", id: UUID()))
    #expect(lease.limits.map(\.name) == [name])
    let full = await #expect(throws: PrefectFailure.self) {
      try await client.acquireConcurrencyLease(names: [name])
    }
    #expect(full?.status == 423)
    #expect(full?.kind == .transient)
    #expect(full?.retryAfter != nil)
    try await client.renewConcurrencyLease(lease.leaseID)
    #expect(try await client.globalConcurrencyLimit(name)?.activeSlots == 1)
    try await client.releaseConcurrencyLease(lease.leaseID)
    #expect(try await client.globalConcurrencyLimit(limit.id.wire)?.activeSlots == 0)
    var update = Prefect.GlobalConcurrencyLimitUpdate()
    update.limit = 3
    try await client.updateGlobalConcurrencyLimit(name, update)
    #expect(try await client.globalConcurrencyLimits().first { $0.id == limit.id }?.limit == 3)
    try await client.deleteGlobalConcurrencyLimit(name)
    #expect(try await client.globalConcurrencyLimit(name) == nil)
  }

  @Test(
    "A wrong login is told by the setting's name, without the password", .enabled(if: LiveServer.isGuarded))
  func login() async throws {
    var configuration = LiveServer.configuration()
    configuration.authentication = PrefectConfiguration.basic(Secret("admin:wrong-pass"))
    let wrong = PrefectClient(configuration)
    let failure = await #expect(throws: PrefectFailure.self) { try await wrong.flows() }
    #expect(failure?.kind == .configuration)
    #expect(failure?.status == 401)
    #expect(failure?.description.contains("PREFECT_API_AUTH_STRING") == true)
    #expect(failure?.description.contains("wrong-pass") == false)
    // Health is open to everybody.
    try await wrong.health()
  }

  @Test("Many at once share one CSRF token, and none is lost to a busy database")
  func crowd() async throws {
    let client = PrefectClient(LiveServer.configuration())
    let prefix = LiveServer.unique("crowd")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask { _ = try await client.createFlow(Prefect.FlowCreate(name: "\(prefix)-\(number)")) }
      }
      try await group.waitForAll()
    }
    var filters = Prefect.Filters()
    filters.flows = Prefect.FlowFilter()
    filters.flows?.name = .like(prefix)
    #expect(try await client.flows(filters).count == 8)
  }

  @Test("An address without /api is told apart from something that is not there")
  func wrongAddress() async throws {
    let address = String(LiveServer.configuration().apiURL.dropLast(4))
    var configuration = PrefectConfiguration(apiURL: "\(address)/other")
    configuration.authentication = LiveServer.configuration().authentication
    configuration.supportsCSRF = false
    let failure = await #expect(throws: PrefectFailure.self) {
      try await PrefectClient(configuration).workPool("default")
    }
    #expect(failure?.kind == .configuration)
    #expect(failure?.description.contains("PREFECT_API_URL") == true, "\(failure?.description ?? "")")
  }
}
