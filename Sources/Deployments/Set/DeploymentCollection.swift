import Essentials
import FlowKit
import JSON

/// Puts the parts of a set together; gathers what is wrong, so that it is told at once.
struct DeploymentCollection {
  let catalogue: Catalogue
  let selection: DeploymentSelection
  private var entries: [DeploymentSet.Entry] = []
  private var skipped: [DeploymentSet.Skipped] = []
  private var problems: [ManifestProblem] = []
  /// Where each `flow/name` is told.
  private var places: [String: String] = [:]
  private var environments: Set<String> = []

  init(catalogue: Catalogue, selection: DeploymentSelection) {
    self.catalogue = catalogue
    self.selection = selection
  }

  /// Takes a deployment of a manifest, laid over the one of its name beside the flow.
  mutating func add(_ entry: ManifestFile.Entry, _ values: ReferenceValues) async throws {
    do {
      try await read(entry, values)
    } catch let problem as ManifestProblem {
      problems.append(problem)
    }
  }

  /// Takes the deployments beside the flows that no manifest has.
  mutating func addCode() {
    for (flow, description) in zip(catalogue.flows, catalogue.descriptions) {
      let place = Self.place(of: description)
      var names: Set<String> = []
      for deployment in flow.deployments {
        guard names.insert(deployment.name).inserted else {
          problems.append(
            ManifestProblem(
              place: place, "two deployments have the name \(deployment.name)",
              remedy: "Give one of them another name."))
          continue
        }
        if places["\(description.name)/\(deployment.name)"] != nil { continue }
        take(deployment, of: description, place)
      }
    }
  }

  func set(project: String) throws -> DeploymentSet {
    guard problems.isEmpty else { throw ManifestFailure.error(of: problems) }
    if let environment = selection.environment, !environments.isEmpty, !environments.contains(environment) {
      throw Misconfiguration(
        "there is no environment \(environment)",
        remedy: "The deployments name \(environments.sorted().joined(separator: ", ")).")
    }
    if let missing = selection.names.first(where: { name in
      !places.keys.contains { key in
        let parts = key.split(separator: "/", maxSplits: 1).map(String.init)
        return DeploymentSelection.matches(name, flow: parts[0], name: parts[parts.count - 1])
      }
    }) {
      throw Misconfiguration(
        "there is no deployment \(missing)",
        remedy: "There are: \(places.keys.sorted().joined(separator: ", ")).")
    }
    return DeploymentSet(
      project: project, environment: selection.environment, entries: entries, skipped: skipped,
      isPart: !selection.names.isEmpty)
  }

  // MARK: One deployment

  private mutating func read(_ entry: ManifestFile.Entry, _ values: ReferenceValues) async throws {
    let substitution = ManifestSubstitution(file: entry.file, values: values)
    var reader = ManifestReader(file: entry.file)
    let members = try reader.members(
      entry.value, of: "a deployment", known: ManifestReader.identityKeys + ManifestReader.settingKeys)
    func identity(_ key: String) async throws -> String? {
      guard let member = members[key] else { return nil }
      return try reader.text(try await substitution.apply(member), key)
    }
    let name = try await identity("name") ?? "default"
    let description = try flow(
      entrypoint: try await identity("entrypoint"), name: try await identity("flow_name"), entry, members)
    reader.schema = description.schema
    if let other = places["\(description.name)/\(name)"] {
      throw reader.problem(
        entry.value, "there is a deployment \(description.name)/\(name) already, at \(other)",
        "Give one of them another name.")
    }
    let code = try catalogue.flow(named: description.name).deployments.first { $0.name == name }
    var deployment = code ?? Deployment(name: name)
    var named = members["environments"]
    // What is different in an environment is read for that environment alone.
    if let list = named, list.members == nil { named = try await substitution.apply(list) }
    let places = try environments(of: named, reader)
    if let places {
      deployment.environments = places.keys.sorted().map { .named($0) }
    }
    guard select(deployment, of: description, entry.place) else { return }
    if let environment = selection.environment, places == nil {
      deployment.environments.first { $0.name == environment }?.adjust(&deployment)
    }
    var lines = MemberPlaces()
    func lay(_ settings: ManifestValue) async throws {
      let settings = try await substitution.apply(settings)
      lines.note(settings, file: entry.file)
      try reader.apply(settings, to: &deployment)
    }
    try await lay(settings(of: entry))
    if let environment = selection.environment, let overrides = places?[environment] {
      try await lay(overrides)
    }
    finish(deployment, of: description, entry.place, lines)
  }

  /// What a manifest says of a deployment besides what it is; its own pull steps before those of the manifest.
  private func settings(of entry: ManifestFile.Entry) -> ManifestValue {
    var members = (entry.value.members ?? []).filter { !ManifestReader.identityKeys.contains($0.key) }
    if let pull = entry.pull, entry.value["pull"]?.isNull ?? true {
      members.removeAll { $0.key == "pull" }
      members.append(ManifestValue.Member(key: "pull", line: pull.line, value: pull))
    }
    return ManifestValue(.mapping(members), line: entry.line)
  }

  private func flow(
    entrypoint: String?, name: String?, _ entry: ManifestFile.Entry, _ members: [String: ManifestValue]
  ) throws -> FlowDescription {
    let reader = ManifestReader(file: entry.file)
    let place = members["entrypoint"] ?? members["flow_name"] ?? entry.value
    guard let flow = entrypoint ?? name else {
      throw reader.problem(place, "the deployment does not say its entrypoint", "That is the name of a flow.")
    }
    if let entrypoint, let name, entrypoint != name {
      throw reader.problem(
        place, "the entrypoint is \(entrypoint), the flow_name \(name)", "Write one of them.")
    }
    guard let description = catalogue.descriptions.first(where: { $0.name == flow }) else {
      throw reader.problem(
        place, "there is no flow \"\(flow)\"",
        flow.contains(":")
          ? "The entrypoint is the name of a flow, not a file and a function: the flows are in the program."
          : "The flows are: \(catalogue.descriptions.map(\.name).joined(separator: ", ")).")
    }
    return description
  }

  /// The environments of a manifest, each with what is different there; nil where it says nothing of them.
  private func environments(
    of value: ManifestValue?, _ reader: ManifestReader
  ) throws -> [String: ManifestValue]? {
    guard let value, !value.isNull else { return nil }
    if value.elements != nil {
      return Dictionary(
        try reader.texts(value, "environments").map {
          ($0, ManifestValue(.mapping([]), line: value.line))
        }
      ) { $1 }
    }
    guard let members = value.members else {
      throw reader.problem(value, "environments must be a list of names or a mapping of them")
    }
    for member in members where !member.value.isNull {
      _ = try reader.members(
        member.value, of: "the environment \(member.key)", known: ManifestReader.settingKeys)
    }
    return Dictionary(members.map { ($0.key, $0.value) }) { $1 }
  }

  private mutating func take(_ deployment: Deployment, of flow: FlowDescription, _ place: String) {
    var deployment = deployment
    guard select(deployment, of: flow, place) else { return }
    if let environment = selection.environment {
      deployment.environments.first { $0.name == environment }?.adjust(&deployment)
    }
    finish(deployment, of: flow, place, MemberPlaces())
  }

  /// Whether a deployment is asked for, and belongs to the environment. Says so where it does not.
  private mutating func select(_ deployment: Deployment, of flow: FlowDescription, _ place: String) -> Bool {
    let name = "\(flow.name)/\(deployment.name)"
    places[name] = place
    let known = deployment.environments.map(\.name)
    environments.formUnion(known)
    guard selection.selects(flow: flow.name, name: deployment.name) else { return false }
    if known.isEmpty || known.contains(selection.environment ?? "") { return true }
    skipped.append(
      DeploymentSet.Skipped(
        name: name, reason: "only in \(known.joined(separator: ", ")) (--env)", isKept: false))
    return false
  }

  private mutating func finish(
    _ deployment: Deployment, of flow: FlowDescription, _ place: String, _ members: MemberPlaces
  ) {
    var deployment = deployment
    if deployment.workPool.name == nil, deployment.infrastructure == nil {
      deployment.workPool.name = selection.pool
    }
    if let branch = deployment.branch {
      if deployment.pullSteps.contains(where: { $0.name == Deployment.PullStep.gitCloneName }) {
        for index in deployment.pullSteps.indices
        where deployment.pullSteps[index].name == Deployment.PullStep.gitCloneName {
          deployment.pullSteps[index].inputs["branch"] = .string(branch)
        }
      } else if branch != selection.branch {
        let current = selection.branch.map { "this is \($0)" } ?? "the branch is not known (--branch)"
        skipped.append(
          DeploymentSet.Skipped(
            name: "\(flow.name)/\(deployment.name)", reason: "only from branch \(branch); \(current)",
            isKept: true))
        return
      }
    }
    let found = DeploymentCheck(flow: flow, deployment: deployment, place: place, members: members).problems
    problems += found
    guard found.isEmpty else { return }
    entries.append(DeploymentSet.Entry(flow: flow, deployment: deployment, place: place, members: members))
  }

  private static func place(of flow: FlowDescription) -> String { "the code of flow \(flow.name)" }
}
