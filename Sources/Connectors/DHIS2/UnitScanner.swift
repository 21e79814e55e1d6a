import Essentials
import HTTP

/// Finds the org units in JSON that comes in pieces, with none of the rest kept: for lists of a hundred thousand. An
/// object with an `id` is a unit; ids have no escapes, so a text with one is none.
struct UnitScanner {
  private enum Place { case outside, text, escape, afterText }
  private enum Member { case id, path, opening, closed, other }

  private var place = Place.outside
  private var text: [UInt8] = []
  private var hasEscape = false
  /// Which member the value that comes next is of.
  private var member = Member.other
  private var id: [UInt8] = []
  private var unit = AssignedUnits.Unit()
  private var depth = 0
  private var hasBegun = false
  /// The units where the user enters data.
  private let roots: [[UInt8]]?
  /// Those where the user reads data, where that is another matter.
  private let views: [[UInt8]]?
  /// The date that was read last: most units opened on the same day.
  private var lastDate: (text: [UInt8], date: CalendarDate?) = ([], nil)
  private var entries: [AssignedUnits.Entry] = []

  /// - Parameters:
  ///   - count: how many are expected: memory that grows as they come would be taken twice.
  ///   - roots: the units where the user enters data; nil where that does not matter.
  ///   - views: those where the user reads data; nil where to enter them is enough.
  init(expecting count: Int = 0, roots: [String]? = nil, views: [String]? = nil) {
    entries.reserveCapacity(min(max(0, count), 1 << 24))
    self.roots = roots?.map { Array($0.utf8) }
    self.views = views == roots ? self.roots : views?.map { Array($0.utf8) }
  }

  /// Whether the document ended with all that it opened closed.
  var isWhole: Bool { hasBegun && depth == 0 && place != .text && place != .escape }

  /// The units, which are given away: a second hold on them would double their memory while they are sorted.
  mutating func takeUnits() -> AssignedUnits {
    let found = entries
    entries = []
    return AssignedUnits(found)
  }

  mutating func push(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { bytes in
      var position = 0
      while position < bytes.count {
        if place == .text {
          let start = position
          while position < bytes.count, bytes[position] != UInt8(ascii: "\""),
            bytes[position] != UInt8(ascii: "\\")
          {
            position += 1
          }
          text.append(contentsOf: bytes[start..<position])
          guard position < bytes.count else { return }
        }
        push(bytes[position])
        position += 1
      }
    }
  }

  private mutating func push(_ byte: UInt8) {
    switch place {
    case .escape: place = .text
    case .text where byte == UInt8(ascii: "\\"):
      hasEscape = true
      place = .escape
    case .text: place = .afterText
    case .afterText where byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D: break
    case .afterText where byte == UInt8(ascii: ":"):
      member = hasEscape ? .other : Self.member(text)
      place = .outside
    case .afterText:
      if !hasEscape { take() }
      member = .other
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
        member = .other
        if byte == UInt8(ascii: "{") { endUnit() }
      case UInt8(ascii: "}"):
        depth -= 1
        endUnit()
      case UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ","): member = .other
      default: break
      }
    }
  }

  private static let names: [([UInt8], Member)] = [
    (Array("id".utf8), .id), (Array("path".utf8), .path), (Array("openingDate".utf8), .opening),
    (Array("closedDate".utf8), .closed),
  ]

  private static func member(_ name: [UInt8]) -> Member { names.first { $0.0 == name }?.1 ?? .other }

  /// Takes the text of a member.
  private mutating func take() {
    switch member {
    case .id: id = text
    case .path:
      unit.isCovered = roots.map { Self.isPath(text, below: $0) }
      // Most users read what they enter.
      if let views {
        unit.isHidden = views == roots ? unit.isCovered == false : !Self.isPath(text, below: views)
      }
    case .opening: unit.opening = date()
    case .closed: unit.closed = date()
    case .other: break
    }
  }

  private static func isPath(_ path: [UInt8], below units: [[UInt8]]) -> Bool {
    units.contains { !$0.isEmpty && steps(of: path, have: $0) }
  }

  private static func steps(of path: [UInt8], have root: [UInt8]) -> Bool {
    var start = 0
    while start < path.count {
      let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.count
      if end - start == root.count, path[start..<end].elementsEqual(root) { return true }
      start = end + 1
    }
    return false
  }

  /// The date that the text begins with.
  private mutating func date() -> CalendarDate? {
    if text != lastDate.text {
      lastDate = (text, CalendarDate(String(decoding: text.prefix(10), as: UTF8.self)))
    }
    return lastDate.date
  }

  private mutating func endUnit() {
    if !id.isEmpty, let entry = AssignedUnits.Entry(id, unit) { entries.append(entry) }
    id.removeAll(keepingCapacity: true)
    unit = AssignedUnits.Unit()
  }
}

extension DHIS2 {
  /// The units that a data set is assigned to, with what decides about their values. They are read as they come: a
  /// hundred thousand take 1.6 MB.
  ///
  /// - Parameters:
  ///   - count: how many there are, as far as is known.
  ///   - user: whose part of the tree is looked for; nil where that does not matter.
  ///   - views: where that user reads data; nil where to enter them is enough.
  ///   - opened: the answer to the first attempt, where it was asked for beforehand.
  func assignedUnits(
    _ dataSet: String, expecting count: Int, user: CurrentUser?, views: [String]? = nil,
    opened: Result<HTTPStream, any Error>? = nil
  ) async throws -> AssignedUnits {
    var opened = opened
    var attempt = 1
    while true {
      var scanner = UnitScanner(expecting: count, roots: user?.orgUnits, views: views)
      do {
        let stream =
          if let opened { try opened.get() } else {
            try await unitStream(dataSet, fields: user == nil ? "id" : Self.placeFields)
          }
        opened = nil
        for try await bytes in stream { scanner.push(bytes) }
        if scanner.isWhole { return scanner.takeUnits() }
        throw DHIS2Failure(
          .transient, "reading the org units of data set \(dataSet) at \(baseURL): the answer is cut off")
      } catch let error as any Failure where error.kind == .transient {
        opened = nil
        guard attempt < 3, !RetryScope.isLeftToTask else { throw error }
        try await clock.sleep(for: Backoff().delay(afterAttempt: attempt))
        attempt += 1
      }
    }
  }

  /// Asks for the units that a data set is assigned to, with their places in the tree. A failure is kept for who reads
  /// them: nobody does where there is no such data set.
  func openAssignedUnits(_ dataSet: String) async -> Result<HTTPStream, any Error> {
    do { return .success(try await unitStream(dataSet, fields: Self.placeFields)) } catch {
      return .failure(error)
    }
  }

  private static var placeFields: String { "id,path,openingDate,closedDate" }

  private func unitStream(_ dataSet: String, fields: String) async throws -> HTTPStream {
    try await stream(
      "dataSets/\(dataSet)", [("fields", "organisationUnits[\(fields)]")],
      operation: "reading the org units of data set \(dataSet)")
  }
}
