extension Prefect {
  /// What the server made of a proposed state.
  public struct SetStateStatus: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let accept = SetStateStatus(rawValue: "ACCEPT")
    public static let reject = SetStateStatus(rawValue: "REJECT")
    public static let abort = SetStateStatus(rawValue: "ABORT")
    public static let wait = SetStateStatus(rawValue: "WAIT")
  }
}
