public import FoundationEssentials
public import JSON

extension Prefect {
  /// A log line of a run, as the server gives it back.
  public struct Log: Codable, Sendable, Equatable {
    public var id: UUID
    /// Whose line it is: `prefect.flow_runs`, or any other name.
    public var name: String
    public var level: LogLevel
    public var message: String
    public var timestamp: Date
    public var flowRunID: UUID?
    public var taskRunID: UUID?
  }

  /// The importance of a line by Python's numbers; every number is one.
  public struct LogLevel: RawRepresentable, Codable, Sendable, Hashable, Comparable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let debug = LogLevel(rawValue: 10)
    public static let info = LogLevel(rawValue: 20)
    public static let warning = LogLevel(rawValue: 30)
    public static let error = LogLevel(rawValue: 40)
    public static let critical = LogLevel(rawValue: 50)

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }

    /// Python's word for it: `INFO`; `Level 25` where it has none.
    public var name: String {
      switch rawValue {
      case 10: "DEBUG"
      case 20: "INFO"
      case 30: "WARNING"
      case 40: "ERROR"
      case 50: "CRITICAL"
      default: "Level \(rawValue)"
      }
    }
  }

  /// A log line to be sent. It has no id: a line that is sent twice is there twice.
  public struct LogCreate: Sendable, Equatable, JSONRepresentable {
    public var name: String
    public var level: LogLevel
    public var message: String
    public var timestamp: Date
    public var flowRunID: UUID?
    public var taskRunID: UUID?

    public init(
      name: String, level: LogLevel, message: String, timestamp: Date, flowRunID: UUID? = nil,
      taskRunID: UUID? = nil
    ) {
      self.name = name
      self.level = level
      self.message = message
      self.timestamp = timestamp
      self.flowRunID = flowRunID
      self.taskRunID = taskRunID
    }

    // Written by hand, as events are: these two go by the thousand.
    public var json: JSONValue {
      var line: JSONObject = [
        "name": .string(name), "level": .integer(level.rawValue), "message": .string(message),
        "timestamp": .string(WireDate.text(timestamp)),
      ]
      if let flowRunID { line["flow_run_id"] = .string(flowRunID.wire) }
      if let taskRunID { line["task_run_id"] = .string(taskRunID.wire) }
      return .object(line)
    }
  }
}
