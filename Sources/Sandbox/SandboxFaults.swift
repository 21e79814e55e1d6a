/// Something that goes wrong on demand.
public struct SandboxFault: Sendable, Hashable {
  /// In which way.
  public enum Way: Sendable, Hashable {
    /// Half of the body, then the connection is closed.
    case cut
    /// The service answers with an HTML page of its proxy and does nothing: 500, 502, 503.
    case status(Int)
    /// The service does its work, but the proxy answers 504 in its place.
    case gatewayTimeoutAfterwards
    /// 429 with `Retry-After` in seconds.
    case tooManyRequests(retryAfter: Int)
    /// The answer comes late.
    case slow(Duration)
    /// Half of the body, with a `Content-Length` that agrees with it: nothing but the expected size tells.
    case wrongLength
    /// The work is done, and the connection is closed behind the head of the answer.
    case lostAnswer
    /// The background job that the request starts does its work and is gone: it looks completed and has no summary.
    case lostSummary
    /// The background job that the request starts does nothing and ends with an error.
    case failedJob
  }

  /// The fault hits requests whose path contains this text.
  public var path: String
  /// The fault hits requests of this method only.
  public var method: String?
  public var way: Way
  /// How many requests it hits.
  public var times: Int

  public init(path: String, method: String? = nil, way: Way, times: Int = 1) {
    self.path = path
    self.method = method
    self.way = way
    self.times = times
  }
}

/// What goes wrong, in order: a request is hit by the first fault that fits it and is not used up.
public struct SandboxFaults: Sendable, Hashable {
  public var faults: [SandboxFault]

  public init(_ faults: [SandboxFault] = []) { self.faults = faults }

  /// The way in which a request goes wrong, if it does; counts it.
  mutating func hit(method: String, path: String) -> SandboxFault.Way? {
    guard
      let index = faults.firstIndex(where: { fault in
        fault.times > 0 && path.contains(fault.path) && (fault.method.map { $0 == method } ?? true)
      })
    else { return nil }
    faults[index].times -= 1
    let way = faults[index].way
    if faults[index].times == 0 { faults.remove(at: index) }
    return way
  }
}
