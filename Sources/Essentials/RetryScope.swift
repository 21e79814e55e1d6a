/// Who retries: a task that retries by itself makes the clients within it send once, so that the two never multiply.
public enum RetryScope {
  /// Whether a task around the current work retries it as a whole.
  @TaskLocal public static var isLeftToTask = false
}
