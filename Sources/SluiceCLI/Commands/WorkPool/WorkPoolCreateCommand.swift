import ArgumentParser
import Essentials
import Foundation
import JSON
import PrefectAPI
import PrefectClient

/// `sluice work-pool create`.
struct WorkPoolCreateCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Creates a work pool.",
    discussion: """
      Without --base-job-template the pool gets the one that Prefect publishes for its type, where the server knows \
      it; else the first worker fills it.
      """)

  @Argument(help: "What it is called.")
  var name: String
  @Option(
    name: .shortAndLong, help: "What kind of worker takes its runs: process, docker, kubernetes, ecs ...")
  var type = "process"
  @Option(help: "A file with the base job template, in JSON.", completion: .file(extensions: ["json"]))
  var baseJobTemplate: String?
  @Option(help: "What it is for.")
  var description: String?
  @Option(help: "How many runs at once.")
  var concurrencyLimit: Int?
  @Flag(help: "Paused from the start.")
  var paused = false
  @Flag(help: "Change the pool where there is one of this name.")
  var overwrite = false
  @Flag(help: "Make it the pool of deployments that name none, in the active profile.")
  var setAsDefault = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let concurrencyLimit, concurrencyLimit < 0 {
      throw ValidationError("--concurrency-limit must be at least 0")
    }
  }

  func perform(on server: PrefectClient) async throws {
    let template = try baseJobTemplate.map(Self.template)
    let present = try await server.workPool(name)
    if let present {
      guard overwrite else {
        throw Misconfiguration(
          "the server has a work pool \(name) already",
          remedy: "Use another name, or --overwrite to change it.")
      }
      guard present.type == type else {
        throw Misconfiguration(
          "work pool \(name) is of type \(present.type), which cannot be changed to \(type)",
          remedy: "Delete it first, or use another name.")
      }
      var update = Prefect.WorkPoolUpdate()
      update.isPaused = paused
      update.baseJobTemplate = template
      if let description { update.description = .set(description) }
      if let concurrencyLimit { update.concurrencyLimit = .set(concurrencyLimit) }
      try await server.updateWorkPool(name, update)
    } else {
      var create = Prefect.WorkPoolCreate(name: name, type: type)
      create.baseJobTemplate =
        if let template { template } else { try await server.publishedTemplate(type) ?? [:] }
      create.isPaused = paused
      create.description = description
      create.concurrencyLimit = concurrencyLimit
      _ = try await server.createWorkPool(create)
    }
    if setAsDefault { try Self.setDefault(name) }
    let pool = try await server.existingWorkPool(name)
    try output.show(pool, "\(present == nil ? "Created" : "Changed") work pool '\(name)'.")
  }

  private static func template(_ path: String) throws -> JSONObject {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Misconfiguration("the base job template \(path) cannot be read")
    }
    let document: JSONValue
    do { document = try JSONValue(parsing: data) } catch {
      throw Misconfiguration("the base job template \(path) cannot be read: \(error)")
    }
    guard let template = document.object else {
      throw Misconfiguration("the base job template \(path) is \(document.typeInWords), not an object")
    }
    return template
  }

  private static func setDefault(_ name: String) throws {
    let settings = try PrefectSettings(environment: SluiceProgram.context.environment)
    var profiles = try PrefectProfiles(path: settings.profilesPath)
    try profiles.set("PREFECT_DEFAULT_WORK_POOL_NAME", to: name, in: settings.profile)
  }
}

extension PrefectClient {
  /// The base job template that Prefect's integrations publish for a type of worker; nil where the server has none.
  fileprivate func publishedTemplate(_ type: String) async throws -> JSONObject? {
    let collection: JSONValue
    do { collection = try await workerMetadata() } catch let failure as PrefectFailure
      where failure.isNotFound
    {
      return nil
    }
    for (_, package) in collection.object ?? [:] {
      if let template = package[type]?["default_base_job_configuration"]?.object { return template }
    }
    return nil
  }
}
