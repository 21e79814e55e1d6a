import JSON
import Testing

@Suite("The filter gives the same, however the document comes") struct StreamingPropertyTests {
  @Test("Whole documents are filtered as the plain reference does it", arguments: StreamingSamples.whole)
  func whole(document: String) {
    let expected = ReferenceFilter.filter(Array(document.utf8))
    #expect(expected != nil)
    guard case .kept(let text, _, _) = FilterOutcome(document) else {
      Issue.record("refused: \(FilterOutcome(document))")
      return
    }
    #expect(text == expected)
  }

  @Test("Broken documents are refused, as by the reader of trees")
  func broken() {
    for document in StreamingSamples.broken.map({ Array($0.utf8) }) + StreamingSamples.brokenBytes {
      #expect(!ReferenceFilter.isWellFormed(document), "\(String(decoding: document, as: UTF8.self))")
      guard case .broken(let error) = FilterOutcome(document) else {
        Issue.record("taken: \(String(decoding: document, as: UTF8.self))")
        continue
      }
      #expect(error.offset <= document.count && error.line >= 1 && error.column >= 1)
    }
  }

  @Test("Items that are no objects are refused", arguments: StreamingSamples.rejected)
  func rejected(document: String) {
    #expect(ReferenceFilter.isWellFormed(Array(document.utf8)))
    guard case .rejected = FilterOutcome(document) else {
      Issue.record("\(FilterOutcome(document))")
      return
    }
  }

  @Test(
    "Every size of chunks and every cut in two gives the same output, or the same error at the same place")
  func splits() {
    for document in StreamingSamples.all where !document.isEmpty {
      let whole = FilterOutcome(document)
      for size in 1...document.count {
        let chunks = stride(from: 0, to: document.count, by: size).map {
          document[$0..<min($0 + size, document.count)]
        }
        let outcome = FilterOutcome(chunks)
        if outcome != whole {
          Issue.record("in \(size)s: \(String(decoding: document, as: UTF8.self)): \(outcome), not \(whole)")
        }
      }
      for cut in 1...document.count {
        let outcome = FilterOutcome([document[..<cut], document[cut...]])
        if outcome != whole {
          Issue.record(
            "cut at \(cut): \(String(decoding: document, as: UTF8.self)): \(outcome), not \(whole)")
        }
      }
    }
  }

  @Test("Documents changed at random are taken or refused as by the reader of trees", arguments: 0..<8)
  func mutations(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    let seeds = StreamingSamples.whole.map { Array($0.utf8) }.filter { $0.count > 3 }
    var taken = 0
    for _ in 0..<1500 {
      let document = mutated(seeds[Int.random(in: 0..<seeds.count, using: &random)], using: &random)
      let expected = ReferenceFilter.filter(document)
      let outcome = FilterOutcome(document)
      let size = Int.random(in: 1...9, using: &random)
      let pieces = stride(from: 0, to: document.count, by: size).map {
        document[$0..<min($0 + size, document.count)]
      }
      let shown = String(decoding: document, as: UTF8.self)
      #expect(FilterOutcome(pieces) == outcome, "\(shown)")
      switch outcome {
      case .kept(let text, _, _):
        taken += 1
        #expect(text == expected, "\(shown)")
      case .broken:
        #expect(expected == nil, "\(shown)")
        #expect(!ReferenceFilter.isWellFormed(document), "\(shown)")
      case .rejected: #expect(expected == nil, "\(shown)")
      }
    }
    // The changes are small enough that both verdicts come up.
    #expect(taken > 100 && taken < 1400)
  }

  private func mutated(_ document: [UInt8], using random: inout SplitMix64) -> [UInt8] {
    var document = document
    let spice =
      Array("[]{},:\"\\/ \n\r\t0123456789.eE+-truefalsenull\u{0}\u{1F}é🦟u".utf8) + [
        0x80, 0xC0, 0xED, 0xF4, 0xFF,
      ]
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let place = Int.random(in: 0..<document.count, using: &random)
      let byte = spice[Int.random(in: 0..<spice.count, using: &random)]
      switch Int.random(in: 0..<5, using: &random) {
      case 0: document[place] = byte
      case 1: document.insert(byte, at: place)
      case 2 where document.count > 2: document.remove(at: place)
      case 3:
        let end = min(place + Int.random(in: 1...12, using: &random), document.count)
        document.insert(
          contentsOf: document[place..<end], at: Int.random(in: 0...document.count, using: &random))
      default: document.swapAt(place, Int.random(in: 0..<document.count, using: &random))
      }
    }
    return document
  }
}

/// Numbers that look random and are the same in every run (Steele, Lea and Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
