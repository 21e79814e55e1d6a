internal import Essentials
internal import JSON

extension SandboxFaults {
  /// Reads the body of `POST /_sandbox/faults`: an array of
  /// `{"path": "/api/dataValueSets", "method": "POST", "fault": "504-after", "times": 1}`. The faults are `cut`, `500`,
  /// `502`, `503`, `504-after`, `429` (with `seconds`), `slow` (with `seconds`), `wrong-length` and `lost-answer`.
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
    case "500", "502", "503": way = .status(Int(name) ?? 500)
    case "504-after": way = .gatewayTimeoutAfterwards
    case "429": way = .tooManyRequests(retryAfter: Int(seconds))
    case "slow": way = .slow(.milliseconds(Int(seconds * 1000)))
    case "wrong-length": way = .wrongLength
    case "lost-answer": way = .lostAnswer
    default: throw Rejection("fault \"\(name)\" is not known")
    }
    self.init(path: path, method: json["method"]?.string, way: way, times: json["times"]?.integer ?? 1)
  }
}
