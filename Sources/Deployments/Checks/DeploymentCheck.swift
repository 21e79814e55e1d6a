import FlowKit
import JSON

/// What is wrong with a deployment by itself, before a server is asked.
struct DeploymentCheck {
  let flow: FlowDescription
  let deployment: Deployment
  let place: String
  let members: MemberPlaces

  var problems: [ManifestProblem] { name + schedules + parameters }

  private var name: [ManifestProblem] {
    guard !deployment.name.isEmpty, !deployment.name.contains(where: { "/%&<>".contains($0) }) else {
      return [problem("the name \"\(deployment.name)\" is empty or has one of / % & < >")]
    }
    return []
  }

  private var schedules: [ManifestProblem] {
    let slugs = deployment.schedules.compactMap(\.slug)
    let twice = Set(slugs.filter { slug in slugs.count { $0 == slug } > 1 }).sorted()
    return twice.map { problem("two schedules of \(deployment.name) have the slug \($0)") }
      + deployment.schedules.compactMap { ScheduleCheck.problem($0).map { problem($0) } }
  }

  private var parameters: [ManifestProblem] {
    var problems = faults(in: deployment.parameters, "")
    for (index, schedule) in deployment.schedules.enumerated() {
      let name = schedule.slug.map { "schedule \($0)" } ?? "schedule \(index + 1)"
      var parameters = deployment.parameters
      parameters.lay(schedule.parameters)
      problems += faults(in: schedule.parameters, " of \(name)")
      let missing = flow.parameters.filter { $0.defaultValue == nil && parameters[$0.name] == nil }
      if schedule.active, !missing.isEmpty {
        problems.append(
          problem(
            "\(name) of \(flow.name)/\(deployment.name) would run without the parameters \(missing.map(\.name).joined(separator: ", "))",
            remedy: "Give them under parameters, or write active: false."))
      }
    }
    return problems
  }

  private func faults(in parameters: JSONObject, _ owner: String) -> [ManifestProblem] {
    let known = flow.parameters.map(\.name)
    let unknown = parameters.keys.filter { !known.contains($0) }
    let faults = flow.schema.optionalFaults(in: parameters).filter { fault in
      !unknown.contains(fault.path.first ?? "")
    }
    // Those of a schedule are told where the deployment is.
    func place(of parameter: String?) -> String? {
      owner.isEmpty ? parameter.flatMap { members.place(ofParameter: $0) } : nil
    }
    return unknown.map {
      problem(
        "the flow \(flow.name) has no parameter \($0)\(owner)",
        remedy: "Its parameters are: \(known.joined(separator: ", ")).", at: place(of: $0))
    }
      + faults.map {
        problem(
          "parameter \($0.path.joined(separator: "."))\(owner) \($0.problem)", at: place(of: $0.path.first))
      }
  }

  private func problem(_ text: String, remedy: String? = nil, at place: String? = nil) -> ManifestProblem {
    ManifestProblem(place: place ?? self.place, text, remedy: remedy)
  }
}
