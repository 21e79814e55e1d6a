extension Prefect {
  /// What becomes of a run for which a deployment has no slot left.
  public struct ConcurrencyLimitStrategy: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let enqueue = ConcurrencyLimitStrategy(rawValue: "ENQUEUE")
    public static let cancelNew = ConcurrencyLimitStrategy(rawValue: "CANCEL_NEW")
  }
}
