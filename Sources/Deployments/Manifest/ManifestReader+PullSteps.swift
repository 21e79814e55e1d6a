import FlowKit
import JSON

extension ManifestReader {
  /// The steps that a run of ours carries out, each with the inputs it knows.
  private static let steps: [String: (inputs: [String], required: String)] = [
    "prefect.deployments.steps.set_working_directory": (["directory"], "directory"),
    "prefect.deployments.steps.git_clone": (
      [
        "repository", "branch", "commit_sha", "include_submodules", "access_token", "credentials",
        "clone_directory_name",
      ], "repository"
    ),
  ]

  func pullSteps(_ value: ManifestValue) throws -> [Deployment.PullStep] {
    try (value.members == nil ? elements(value, "pull") : [value]).map { step in
      guard let member = step.members?.first, step.members?.count == 1 else {
        throw problem(step, "a pull step must be a mapping of one key, the step's name")
      }
      guard let known = Self.steps[member.key] else {
        throw ManifestProblem(
          file: file, line: member.line, "there is no pull step \(member.key)",
          remedy: "There are \(Self.steps.keys.sorted().joined(separator: ", ")).")
      }
      let inputs = try members(member.value, of: "the step", known: known.inputs + ["id", "requires"])
      guard inputs[known.required]?.isNull == false else {
        throw problem(step, "the step \(member.key) does not say its \(known.required)")
      }
      return Deployment.PullStep(member.key, try object(member.value, member.key))
    }
  }
}

extension Deployment.PullStep {
  static let gitCloneName = "prefect.deployments.steps.git_clone"

  /// As the API has it: an object of one member.
  var json: JSONObject { [name: .object(inputs)] }
}
