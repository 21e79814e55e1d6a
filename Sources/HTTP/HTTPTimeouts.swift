/// How long each part of a request may take.
public struct HTTPTimeouts: Sendable, Equatable {
  /// From the start of an attempt until the connection stands, TLS included.
  public var connect: Duration
  /// How long nothing may move in either direction: the longest a server may think before it answers. A stream
  /// whose consumer is slow is not idle.
  public var idle: Duration
  /// The whole call: all attempts, the waits between them, and the body. Nil for no limit.
  public var total: Duration?

  public init(connect: Duration = .seconds(30), idle: Duration = .seconds(60), total: Duration? = nil) {
    self.connect = connect
    self.idle = idle
    self.total = total
  }
}
