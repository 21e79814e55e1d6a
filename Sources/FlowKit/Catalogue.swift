import Essentials

/// The flows that a program offers.
public struct Catalogue: Sendable {
  public let flows: [any Flow.Type]
  /// The same, described, in the same order.
  public let descriptions: [FlowDescription]

  /// Checks every flow's declaration; throws ``Misconfiguration`` with a sentence for its author.
  public init(_ flows: [any Flow.Type]) throws {
    self.flows = flows
    descriptions = try flows.map(FlowDescription.init(of:))
    for (name, same) in Dictionary(grouping: flows, by: { $0.name }) where same.count > 1 {
      throw Misconfiguration(
        "two flows have the name \(name): \(same.map { "\($0)" }.joined(separator: " and "))",
        remedy: "Give one of them another name.")
    }
  }

  /// The flow of a name; throws ``Misconfiguration`` that lists the names there are.
  public func flow(named name: String) throws -> any Flow.Type {
    guard let flow = flows.first(where: { $0.name == name }) else {
      throw Misconfiguration(
        "there is no flow \"\(name)\"",
        remedy: "The flows are: \(flows.map { $0.name }.joined(separator: ", ")).")
    }
    return flow
  }
}
