import Essentials
package import FoundationEssentials
package import JSON
import PrefectAPI

/// What a worker must know of a run to go on with it after it was killed itself.
package struct RunRecord: Sendable, Equatable {
  package let id: UUID
  package var name: String
  /// The id of the proposal by which the run was claimed: PENDING with another one is somebody else's.
  package var transition: UUID
  package var process: ProcessIdentity?
  /// Whether the process has waited for the word (``HeldProcess``).
  package var hasWaited = false
  package var started: Date?
  package var streamsOutput = true
  package var timeout: Duration?
  package var memoryLimit: MemorySize?
  /// How far the output has been repeated.
  package var outputPosition = 0
  /// Whether the run is to be done again, whatever its process says on its way out.
  package var isRequeued = false
  /// How the process ended, where the server is still to be told.
  package var ending: ProcessEnding?

  package init(id: UUID, name: String, transition: UUID) {
    self.id = id
    self.name = name
    self.transition = transition
  }

  package var json: JSONValue {
    var document: JSONObject = [
      "flow_run_id": .string(id.wire), "name": .string(name), "transition_id": .string(transition.wire),
      "streams_output": .bool(streamsOutput), "output_position": .integer(outputPosition),
      "is_requeued": .bool(isRequeued),
    ]
    document["process"] = process?.json
    if hasWaited { document["has_waited"] = true }
    document["started"] = started.map { .string(WireDate.text($0)) }
    document["timeout"] = timeout.map { .number($0.seconds) }
    document["memory_limit"] = memoryLimit.map { .integer($0.bytes) }
    document["ending"] = ending?.json
    return .object(document)
  }

  package init?(json: JSONValue) {
    guard let id = json["flow_run_id"]?.string.flatMap(UUID.init(uuidString:)),
      let name = json["name"]?.string,
      let transition = json["transition_id"]?.string.flatMap(UUID.init(uuidString:))
    else { return nil }
    self.init(id: id, name: name, transition: transition)
    process = ProcessIdentity(json: json["process"])
    hasWaited = json["has_waited"]?.bool ?? false
    started = json["started"]?.string.flatMap(WireDate.date(_:))
    streamsOutput = json["streams_output"]?.bool ?? true
    timeout = json["timeout"]?.double.map { .seconds($0) }
    memoryLimit = json["memory_limit"]?.integer.map(MemorySize.init(bytes:))
    outputPosition = json["output_position"]?.integer ?? 0
    isRequeued = json["is_requeued"]?.bool ?? false
    ending = json["ending"].flatMap(ProcessEnding.init(json:))
  }
}

extension ProcessEnding {
  fileprivate var json: JSONValue {
    var document: JSONObject = [:]
    switch exit {
    case .exited(let code): document["exit_code"] = .integer(Int(code))
    case .signalled(let signal): document["signal"] = .integer(Int(signal))
    case .unknown(let unseen): document["unseen"] = .string(unseen.rawValue)
    }
    if let usage {
      document["peak_memory"] = usage.peakMemory.map { .integer($0) }
      document["cpu_seconds"] = .number(usage.cpuSeconds)
    }
    return .object(document)
  }

  fileprivate init?(json: JSONValue) {
    if let code = json["exit_code"]?.integer.flatMap({ Int32(exactly: $0) }) {
      self.init(.exited(code))
    } else if let signal = json["signal"]?.integer.flatMap({ Int32(exactly: $0) }) {
      self.init(.signalled(signal))
    } else if let unseen = json["unseen"]?.string.flatMap(ProcessExit.Unseen.init(rawValue:)) {
      self.init(.unknown(unseen))
    } else {
      return nil
    }
    if let cpu = json["cpu_seconds"]?.double {
      usage = ProcessUsage(peakMemory: json["peak_memory"]?.integer, cpuSeconds: cpu)
    }
  }
}
