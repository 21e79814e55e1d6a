import JSON

/// What a member that is absent, or null, stands for.
protocol WireDefault {
  static var absent: Self { get }
}

extension Array: WireDefault {
  static var absent: [Element] { [] }
}

extension JSONObject: WireDefault {
  static var absent: JSONObject { [:] }
}

extension Bool: WireDefault {
  static var absent: Bool { false }
}

extension Int: WireDefault {
  static var absent: Int { 0 }
}

extension Double: WireDefault {
  static var absent: Double { 0 }
}
