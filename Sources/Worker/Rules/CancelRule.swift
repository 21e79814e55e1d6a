package import PrefectAPI

/// Whether the state of a run asks for the end of its process.
package enum CancelRule {
  /// - Parameters:
  ///   - state: as the server has it now.
  ///   - wasOver: whether the run was over already when it was looked at before. A process that has just reported the
  ///     end of its run needs a moment to go.
  package static func decide(_ state: Prefect.StateType, wasOver: Bool) -> EndingReason? {
    if state == .cancelling { return .cancelled }
    return state == .cancelled && wasOver ? .over : nil
  }
}
