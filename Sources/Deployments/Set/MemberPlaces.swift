/// Where single settings of a deployment stand in its manifest, so that what is wrong with one is told where it is.
struct MemberPlaces: Sendable {
  private var parameters: [String: String] = [:]
  private var jobVariables: [String: String] = [:]

  /// Those of a deployment that stands in code.
  init() {}

  /// Notes where a mapping of settings has its parameters and job variables; what is laid over them later counts.
  mutating func note(_ settings: ManifestValue, file: String) {
    for member in settings["parameters"]?.members ?? [] {
      parameters[member.key] = "\(file):\(member.line)"
    }
    for member in settings["work_pool"]?["job_variables"]?.members ?? [] {
      jobVariables[member.key] = "\(file):\(member.line)"
    }
    for member in settings["infrastructure"]?.members ?? [] {
      jobVariables[member.key] = "\(file):\(member.line)"
    }
  }

  func place(ofParameter name: String) -> String? { parameters[name] }
  func place(ofJobVariable name: String) -> String? { jobVariables[name] }
}
