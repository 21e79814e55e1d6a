import FlowKit
import PrefectAPI

/// How often the server has a run repeated.
struct RetryPolicy {
  private var policy: Prefect.FlowRunPolicy

  init(_ policy: Prefect.FlowRunPolicy) { self.policy = policy }

  var repeats: Bool { (policy.retries ?? 0) > 0 }

  /// Takes a flow's own retries, or else the usual ones, where the run says nothing. Gives the policy that the server
  /// must be told; nil where it knows.
  mutating func adopt(_ flow: any Flow.Type, _ options: PrefectRun.Options) -> Prefect.FlowRunPolicy? {
    let isOwn = flow.retries > 0
    let retries = isOwn ? flow.retries : options.retries
    guard policy.retries == nil || policy.retries == 0, retries > 0 else { return nil }
    policy.retries = retries
    policy.retryDelay = Int((isOwn ? flow.retryDelay : options.retryDelay).seconds.rounded(.up))
    return policy
  }
}
