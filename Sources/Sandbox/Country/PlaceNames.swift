/// Names of places that do not exist.
struct PlaceNames {
  private var source: SplitMix64
  private var used: Set<String> = []

  private static let syllables = [
    "sa", "lu", "mi", "ko", "ra", "ve", "ti", "no", "ba", "du", "pe", "la", "mo", "ki", "su", "ne", "ta",
    "ro", "fi",
    "ga", "bo", "we", "ya", "du", "ri", "né", "wâ",
  ]

  init(seed: UInt64) { source = SplitMix64(seed: seed, name: "names") }

  /// A name that was not given before.
  mutating func next() -> String {
    while true {
      let count = 2 + Int(source.next() % 3)
      let word = (0..<count).map { _ in Self.syllables[Int(source.next() % UInt64(Self.syllables.count))] }
        .joined()
      let name = word.prefix(1).uppercased() + word.dropFirst()
      if used.insert(name).inserted { return name }
    }
  }
}
