/// An org unit of the made-up country, or of the file that stands in for it.
public struct SandboxOrgUnit: Sendable, Hashable {
  public var id: String
  /// Some units have none.
  public var code: String?
  public var name: String
  public var shortName: String
  public var level: Int
  public var parent: String?
  /// `/COUNTRY/REGION/ID`, the ids from the top down.
  public var path: String
  /// `YYYY-MM-DD`.
  public var openingDate: String
  public var closedDate: String?
  /// Some units have none.
  public var geometry: SandboxGeometry?
}

/// Org units and the land under them.
struct Country: Sendable {
  var name: String
  /// Parents before their children.
  var units: [SandboxOrgUnit]
  var land: LandMask

  var root: SandboxOrgUnit { units[0] }
}
