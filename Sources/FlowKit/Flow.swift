public import JSON

/// A data flow: a name, some parameters, and what is done with them.
///
/// Every stored property is a ``Parameter``; everything else that a flow touches comes to it through its ``FlowRun``.
///
///     public struct GitHubStars: Flow {
///       public static let name = "retrieve_github_stars"
///       public static let summary = "Counts the stars of some GitHub repositories."
///
///       @Parameter("Repositories, as owner/name")
///       var repos = ["python/cpython", "PrefectHQ/prefect"]
///
///       public init() {}
///       public func run(_ run: FlowRun) async throws -> [Int] { ... }
///     }
public protocol Flow: Sendable {
  /// What the run gives, in its JSON form the result of the run.
  associatedtype Output: JSONRepresentable & Sendable

  /// The name by which the flow is run and deployed: lower case, words joined by underscores.
  static var name: String { get }
  /// One sentence for lists and help.
  static var summary: String { get }

  /// How long a run may take; waits for another system's queue do not count. Four hours where a flow does not say.
  static var timeout: Duration { get }

  /// How it is deployed, where that is told in code; none where a flow does not say.
  static var deployments: [Deployment] { get }

  /// How often a run that failed for a reason that may pass is tried again under an orchestrator, and how long it waits
  /// in between. Not at all where a flow does not say; tasks have retries of their own.
  static var retries: Int { get }
  static var retryDelay: Duration { get }

  /// A flow with the defaults of its parameters.
  init()

  /// Does the work. An error that is a ``Failure`` decides by its kind about the final state of the run.
  func run(_ run: FlowRun) async throws -> Output
}

extension Flow {
  public static var timeout: Duration { .seconds(4 * 3600) }
  public static var deployments: [Deployment] { [] }
  public static var retries: Int { 0 }
  public static var retryDelay: Duration { .seconds(60) }
}
