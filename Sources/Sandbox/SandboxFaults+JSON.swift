internal import Essentials
internal import JSON

extension SandboxFaults {
  /// Reads the body of `POST /_sandbox/faults`: an array of
  /// `{"path": "/api/dataValueSets", "method": "POST", "fault": "504-after", "times": 1}`. The faults are `cut`, `500`,
  /// `502`, `503`, `504`, `504-after`, `429` (with `seconds`), `slow` (with `seconds`), `wrong-length`, `lost-answer`,
  /// `lost-summary` and `failed-job`.
  init(json: JSONValue) throws {
    guard let elements = json.array else {
      throw Rejection("faults: expected an array, found \(json.typeInWords)")
    }
    self.init(try elements.map(SandboxFault.init(json:)))
  }
}

extension SandboxFault {
  init(json: JSONValue) throws {
    guard let path = json["path"]?.string, let name = json["fault"]?.string else {
      throw Rejection("fault \(json): needs the texts \"path\" and \"fault\"")
    }
    let seconds = json["seconds"]?.double ?? 1
    let way: Way
    switch name {
    case "cut": way = .cut
    case "500", "502", "503", "504": way = .status(Int(name) ?? 500)
    case "504-after": way = .gatewayTimeoutAfterwards
    case "429": way = .tooManyRequests(retryAfter: Int(seconds))
    case "slow": way = .slow(.milliseconds(Int(seconds * 1000)))
    case "wrong-length": way = .wrongLength
    case "lost-answer": way = .lostAnswer
    case "lost-summary": way = .lostSummary
    case "failed-job": way = .failedJob
    default: throw Rejection("fault \"\(name)\" is not known")
    }
    self.init(path: path, method: json["method"]?.string, way: way, times: json["times"]?.integer ?? 1)
  }

  /// In the form in which it is read.
  var json: JSONValue {
    var body: JSONObject = ["path": .string(path)]
    body["method"] = method.map { .string($0) }
    switch way {
    case .cut: body["fault"] = "cut"
    case .status(let status): body["fault"] = .string("\(status)")
    case .gatewayTimeoutAfterwards: body["fault"] = "504-after"
    case .tooManyRequests(let seconds):
      body["fault"] = "429"
      body["seconds"] = .integer(seconds)
    case .slow(let duration):
      body["fault"] = "slow"
      body["seconds"] = .number(
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
    case .wrongLength: body["fault"] = "wrong-length"
    case .lostAnswer: body["fault"] = "lost-answer"
    case .lostSummary: body["fault"] = "lost-summary"
    case .failedJob: body["fault"] = "failed-job"
    }
    body["times"] = .integer(times)
    return .object(body)
  }
}
