import Essentials
import HTTP

/// Finds the texts of all members named `id` in JSON that comes in pieces, with none of the rest kept: for lists of a
/// hundred thousand ids. Ids have no escapes, so a text with one is none.
struct IDScanner {
  private enum Place { case outside, text, escape, afterText }

  private var place = Place.outside
  private var text: [UInt8] = []
  private var hasEscape = false
  /// Whether the last text was the key `id`.
  private var followsID = false
  private var depth = 0
  private var hasBegun = false
  private(set) var codes: [UInt128] = []

  private static let key = Array("id".utf8)

  init(expecting count: Int = 0) { codes.reserveCapacity(min(max(0, count), 1 << 24)) }

  /// Whether the document ended with all that it opened closed.
  var isWhole: Bool { hasBegun && depth == 0 && place != .text && place != .escape }

  mutating func push(_ bytes: [UInt8]) {
    for byte in bytes { push(byte) }
  }

  private mutating func push(_ byte: UInt8) {
    switch place {
    case .escape: place = .text
    case .text where byte == UInt8(ascii: "\\"):
      hasEscape = true
      place = .escape
    case .text where byte == UInt8(ascii: "\""): place = .afterText
    case .text: text.append(byte)
    case .afterText where [0x20, 0x09, 0x0A, 0x0D].contains(byte): break
    case .afterText where byte == UInt8(ascii: ":"):
      followsID = !hasEscape && text == Self.key
      place = .outside
    case .afterText:
      if followsID, !hasEscape { codes.append(UIDSet.code(text)) }
      followsID = false
      place = .outside
      push(byte)
    case .outside:
      switch byte {
      case UInt8(ascii: "\""):
        text.removeAll(keepingCapacity: true)
        hasEscape = false
        place = .text
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        hasBegun = true
        depth += 1
        followsID = false
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
  }
}

extension DHIS2 {
  /// The units that a data set is assigned to. They are read as they come: a hundred thousand take 2 MB.
  ///
  /// - Parameter count: how many there are, as far as is known: memory that grows as they come would be taken twice.
  func assignedUnits(_ dataSet: String, expecting count: Int) async throws -> UIDSet {
    let operation = "reading the org units of data set \(dataSet)"
    var attempt = 1
    while true {
      var scanner = IDScanner(expecting: count)
      do {
        let stream = try await stream(
          "dataSets/\(dataSet)", [("fields", "organisationUnits[id]")], operation: operation)
        for try await bytes in stream { scanner.push(bytes) }
        if scanner.isWhole { return UIDSet(codes: scanner.codes) }
        throw DHIS2Failure(.transient, "\(operation) at \(baseURL): the answer is cut off")
      } catch let error as any Failure where error.kind == .transient {
        guard attempt < 3, !RetryScope.isLeftToTask else { throw error }
        try await clock.sleep(for: Backoff().delay(afterAttempt: attempt))
        attempt += 1
      }
    }
  }
}
