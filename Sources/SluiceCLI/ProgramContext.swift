import FlowKit

/// What the commands of this process work with.
struct ProgramContext: Sendable {
  let catalogue: Catalogue?
  let environment: [String: String]

  static let empty = ProgramContext(catalogue: nil, environment: [:])

  /// The flows, where the program was given any.
  var flows: [any Flow.Type] { catalogue?.flows ?? [] }
}
