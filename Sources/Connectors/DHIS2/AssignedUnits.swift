import Essentials

/// The units that a data set is assigned to, and what decides whether they take values: 16 bytes each, as there may be a
/// hundred thousand.
struct AssignedUnits: Sendable {
  /// What is known of a unit.
  struct Unit: Sendable, Hashable {
    /// Whether it is at or below a unit where the user enters data; nil where its path was not read.
    var isCovered: Bool?
    /// Whether the user may enter its data, and may not read them.
    var isHidden = false
    /// The first and the last day on which it takes values.
    var opening: CalendarDate?
    var closed: CalendarDate?
  }

  /// One unit: the eleven bytes of its id, what is known of its place in the tree, and its days.
  struct Entry: Sendable {
    private let high: UInt64
    /// The last three bytes of the id, then a byte: 0 not known, 1 not covered, 2 covered, and 4 more where it is hidden.
    private let low: UInt32
    /// Days from 1899-12-31, so that they reach to 2079; 0 for none. Who opened earlier counts as opened in 1900, who
    /// closes later as never closed.
    private let opening: UInt16
    private let closed: UInt16

    /// Nil for what is no id of DHIS2.
    init?(_ id: some Collection<UInt8>, _ unit: Unit) {
      guard let id = ID(id) else { return nil }
      self = Entry(id, 0, 0, 0).with(unit)
    }

    private init(_ id: ID, _ place: UInt32, _ opening: UInt16, _ closed: UInt16) {
      high = id.high
      low = id.low | place
      self.opening = opening
      self.closed = closed
    }

    var id: ID { ID(high: high, low: low & ~0xFF) }
    /// Whether the user enters data there.
    var isCovered: Bool { low & 3 == 2 }
    var isHidden: Bool { low & 4 != 0 }
    var isPlaced: Bool { low & 0xFF != 0 }

    /// The same unit with what was learned of it.
    func with(_ unit: Unit) -> Entry {
      let place: UInt32 = unit.isCovered.map { ($0 ? 2 : 1) | (unit.isHidden ? 4 : 0) } ?? 0
      let opening = unit.opening.map { UInt16(clamping: max(1, $0.daysSinceEpoch - Self.origin)) } ?? 0
      let closed = unit.closed.map { UInt16(exactly: max(1, $0.daysSinceEpoch - Self.origin)) ?? 0 } ?? 0
      return Entry(id, place, opening, closed)
    }

    var unit: Unit {
      Unit(
        isCovered: isPlaced ? isCovered : nil, isHidden: isHidden, opening: Self.date(opening),
        closed: Self.date(closed))
    }

    /// Whether it is open from one day to another, both counted from 1970.
    func isOpen(from first: Int32, to last: Int32) -> Bool {
      let (opening, closed) = (Int32(self.opening), Int32(self.closed))
      let origin = Int32(Self.origin)
      return (opening == 0 || opening + origin <= first) && (closed == 0 || closed + origin >= last)
    }

    private static let origin = -25_568

    private static func date(_ day: UInt16) -> CalendarDate? {
      day == 0 ? nil : CalendarDate(daysSinceEpoch: Int(day) + origin)
    }
  }

  /// An id as numbers, in the order of its text.
  struct ID: Sendable, Comparable {
    let high: UInt64
    let low: UInt32

    init(high: UInt64, low: UInt32) {
      self.high = high
      self.low = low
    }

    /// Nil for more than eleven bytes; shorter texts stand before those that they begin.
    init?(_ text: some Collection<UInt8>) {
      var (high, low): (UInt64, UInt32) = (0, 0)
      var count = 0
      for byte in text {
        if count < 8 {
          high |= UInt64(byte) << (56 - 8 * UInt64(count))
        } else if count < 11 {
          low |= UInt32(byte) << (24 - 8 * UInt32(count - 8))
        } else {
          return nil
        }
        count += 1
      }
      self.init(high: high, low: low)
    }

    /// As the other, quicker.
    init?(text: String) {
      var text = text
      let id = text.withUTF8 { bytes -> ID? in
        guard bytes.count == 11 else { return ID(bytes) }
        let bytes = UnsafeRawBufferPointer(bytes)
        // The last four bytes overlap the first eight by one, which is shifted out.
        return ID(
          high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
          low: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 7, as: UInt32.self)) << 8)
      }
      guard let id else { return nil }
      self = id
    }

    static func < (left: Self, right: Self) -> Bool {
      left.high != right.high ? left.high < right.high : left.low < right.low
    }
  }

  private var entries: [Entry]

  init() { entries = [] }

  /// - Parameter entries: in any order; of several with one id any counts.
  init(_ entries: consuming [Entry]) {
    self.entries = entries
    let isSorted = zip(self.entries, self.entries.dropFirst()).allSatisfy { $0.id < $1.id }
    if !isSorted { self.entries.sort { $0.id < $1.id } }
  }

  var count: Int { entries.count }

  subscript(place: Int) -> Entry {
    get { entries[place] }
    set { entries[place] = newValue }
  }

  /// Where a unit is; nil where it is not among them.
  ///
  /// - Parameter hint: a place that is looked at first, as values often come in the order of their units.
  func place(of id: String, near hint: Int = -1) -> Int? {
    guard let id = ID(text: id) else { return nil }
    if entries.indices.contains(hint), entries[hint].id == id { return hint }
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].id == id ? low : nil
  }
}
