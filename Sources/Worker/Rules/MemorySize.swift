import JSON

/// An amount of memory.
public struct MemorySize: Sendable, Equatable, Comparable {
  public let bytes: Int

  public init(bytes: Int) { self.bytes = bytes }

  /// Reads `512Mi`, `1.5Gi`, `800M`, `2GB`, `64 MiB` or a number of bytes; an `i` counts by 1024, without one by 1000.
  /// Nil where the text is none of these, or no memory at all.
  public init?(_ text: String) {
    guard let match = text.wholeMatch(of: /\s*([0-9]+(?:\.[0-9]+)?)\s*([kKMGT]?)(i?)[bB]?\s*/),
      let number = Double(match.1)
    else { return nil }
    let base: Double = match.3.isEmpty ? 1000 : 1024
    var factor = 1.0
    switch match.2.uppercased() {
    case "K": factor = base
    case "M": factor = base * base
    case "G": factor = base * base * base
    case "T": factor = base * base * base * base
    default: if !match.3.isEmpty { return nil }
    }
    let bytes = number * factor
    guard bytes >= 1, bytes < 1e18 else { return nil }
    self.bytes = Int(bytes)
  }

  public static func < (left: MemorySize, right: MemorySize) -> Bool { left.bytes < right.bytes }

  /// `34 MiB`, `1.5 GiB`.
  public var inWords: String {
    let names = ["bytes", "KiB", "MiB", "GiB", "TiB"]
    var size = Double(bytes)
    var unit = 0
    while size >= 1024, unit < names.count - 1 {
      size /= 1024
      unit += 1
    }
    let rounded = (size * 10).rounded() / 10
    let isWhole = unit == 0 || rounded >= 100 || rounded == rounded.rounded()
    return "\(isWhole ? String(Int(rounded.rounded())) : String(rounded)) \(names[unit])"
  }
}
