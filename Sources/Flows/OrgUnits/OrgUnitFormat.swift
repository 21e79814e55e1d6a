public import FlowKit

/// A file that org units can be written to.
public enum OrgUnitFormat: String, CaseIterable, ParameterChoice {
  case csv, json, geojson
}
