/// How far local time is ahead of UTC; whole minutes.
public struct UTCOffset: Sendable, Hashable {
  public let minutes: Int

  public static let utc = UTCOffset(unchecked: 0)

  /// Nil beyond -12:00...+14:00.
  public init?(minutes: Int) {
    guard (-720...840).contains(minutes) else { return nil }
    self.minutes = minutes
  }

  public init?(hours: Int) { self.init(minutes: hours * 60) }

  /// Reads `+05:45`, `-4`, `+3`, `05:30`, `Z`, each also behind `UTC`.
  public init?(_ text: String) {
    var rest = Substring(text.lowercased())
    if rest.hasPrefix("utc") { rest = rest.dropFirst(3) }
    if rest.isEmpty || rest == "z" {
      self = .utc
      return
    }
    let negative = rest.hasPrefix("-")
    if negative || rest.hasPrefix("+") { rest = rest.dropFirst() }
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ (1...2).contains($0.utf8.count) }) else {
      return nil
    }
    guard parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }), let hours = Int(parts[0])
    else {
      return nil
    }
    let minutes = parts.count == 2 ? Int(parts[1]) ?? 60 : 0
    guard minutes < 60 else { return nil }
    self.init(minutes: (negative ? -1 : 1) * (hours * 60 + minutes))
  }

  private init(unchecked minutes: Int) { self.minutes = minutes }

  public var seconds: Int { minutes * 60 }
  public var isWholeHours: Bool { minutes % 60 == 0 }
}

extension UTCOffset: CustomStringConvertible {
  /// `UTC+05:45`.
  public var description: String {
    let size = abs(minutes)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "UTC\(minutes < 0 ? "-" : "+")\(two(size / 60)):\(two(size % 60))"
  }
}
