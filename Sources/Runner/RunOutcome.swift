public import Essentials
import FlowKit
public import JSON

/// How a run ended.
public enum RunOutcome: Sendable {
  case completed(result: JSONValue)
  case failed(any Error)
  case cancelled

  /// The state's type by Prefect's name.
  public var stateType: String {
    switch self {
    case .completed: "COMPLETED"
    case .failed: "FAILED"
    case .cancelled: "CANCELLED"
    }
  }

  /// The state's name: it tells the operator whose problem a failure is.
  public var stateName: String {
    switch self {
    case .completed: "Completed"
    case .cancelled: "Cancelled"
    case .failed(let error as TimedOut) where error.work.hasPrefix("flow "): "TimedOut"
    case .failed(let error):
      switch FailureKind(of: error) {
      case .configuration: "Misconfigured"
      case .rejected: "Rejected"
      case .transient, .fault: "Failed"
      }
    }
  }

  /// 0 completed, 1 fault, 3 configuration, 4 transient, 5 rejected, 130 interrupted; 2 is left to wrong usage.
  public var exitCode: Int32 {
    switch self {
    case .completed: 0
    case .cancelled: 130
    case .failed(let error): FailureKind(of: error).exitCode
    }
  }
}

extension FailureKind {
  /// The exit code of a command that ended with a failure of this kind.
  public var exitCode: Int32 {
    switch self {
    case .fault: 1
    case .configuration: 3
    case .transient: 4
    case .rejected: 5
    }
  }
}
