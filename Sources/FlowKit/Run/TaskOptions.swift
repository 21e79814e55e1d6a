/// How a task is run.
public struct TaskOptions: Sendable {
  public var retry: Retry
  /// How long one attempt may take; waits for another system's queue do not count. Nil leaves it to the flow's own.
  public var timeout: Duration?
  /// Tasks under the same limit share its places, whichever run of this process they belong to.
  public var limit: ConcurrencyLimit?
  /// Words by which people find the task, and under whose limits at the server it runs.
  public var tags: [String]

  public init(
    retry: Retry = .never, timeout: Duration? = nil, limit: ConcurrencyLimit? = nil, tags: [String] = []
  ) {
    self.retry = retry
    self.timeout = timeout
    self.limit = limit
    self.tags = tags
  }
}
