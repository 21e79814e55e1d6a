/// Prefect 3's REST API in types, under its own names: `Prefect.FlowRun` is what its OpenAPI document calls FlowRun.
///
/// A property is called as the member is on the wire, in camel case: `flowRunID` is `flow_run_id` (see ``WireName``).
/// Members that a type does not name are ignored; a word that an enumeration does not name is kept as it came; a list,
/// number or flag that is absent is empty, zero or false. An optional that is nil is not written at all.
public enum Prefect {}
