public import Essentials

/// Something in a manifest, or in a deployment that is told in code, that has to be set right before it is deployed.
public struct ManifestProblem: Failure, Equatable {
  /// `deployments/json_filter/prefect.yaml:12`, or `the code of flow json_filter`.
  public let place: String
  public let problem: String
  public let remedy: String?
  public var kind: FailureKind { .configuration }
  public var message: String { "\(place): \(problem)" }

  init(place: String, _ problem: String, remedy: String? = nil) {
    self.place = place
    self.problem = Redaction.redact(problem)
    self.remedy = remedy
  }

  init(file: String, line: Int, _ problem: String, remedy: String? = nil) {
    self.init(place: "\(file):\(line)", problem, remedy: remedy)
  }
}

/// All the problems of a set of deployments, so that they can be set right at once.
public struct ManifestFailure: Failure, Equatable {
  public let problems: [ManifestProblem]
  public var kind: FailureKind { .configuration }
  public var message: String {
    "the deployments cannot be read:\n" + problems.map { "  \($0.description)" }.joined(separator: "\n")
  }

  /// The problem itself where there is but one.
  static func error(of problems: [ManifestProblem]) -> any Error {
    problems.count == 1 ? problems[0] : ManifestFailure(problems: problems)
  }
}
