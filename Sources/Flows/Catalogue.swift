public import FlowKit

/// The flows of this collection.
public enum Flows {
  public static let all: [any Flow.Type] = [
    GitHubStars.self,
    JSONFilter.self,
    DHIS2OrgUnits.self,
    ERA5ClimateImport.self,
  ]
}
