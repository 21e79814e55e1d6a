extension Prefect {
  /// Whether somebody polls for the runs of a deployment.
  public struct DeploymentStatus: PrefectWord {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let ready = DeploymentStatus(rawValue: "READY")
    public static let notReady = DeploymentStatus(rawValue: "NOT_READY")
  }
}
