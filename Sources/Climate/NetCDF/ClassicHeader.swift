internal import Glibc

/// How long a NetCDF-3 file must be, by its own header.
///
/// The library reads zeros where such a file has been cut off: rain that never fell, with no error. Format: "NetCDF
/// Classic Format Specification", Unidata; versions 1, 2 (64-bit offsets) and 5 (64-bit data).
struct ClassicHeader {
  private var bytes: [UInt8]
  private var position = 4
  private let version: UInt8
  /// Whether it has numbers whose product or sum is larger than any file.
  private var isImpossible = false

  /// - Throws: ``ClimateFailure`` where the file is shorter than its header says. Files of other formats pass.
  static func check(path: String, name: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count > 8, bytes.starts(with: Array("CDF".utf8)), [1, 2, 5].contains(bytes[3]) else { return }
    var header = ClassicHeader(bytes: Array(bytes.prefix(count)), version: bytes[3])
    let size = Int(lseek(file, 0, SEEK_END))
    guard let expected = header.end() else {
      // The library takes zeros for what is missing, and finds no variables. A header that is longer than what was read
      // here is left to it, unless its numbers are impossible.
      guard size <= count || header.isImpossible else { return }
      throw ClimateFailure(
        "\(name) is truncated or damaged: its header cannot be read to the end within \(size) bytes",
        remedy: "Fetch it again.")
    }
    guard size < expected else { return }
    throw ClimateFailure(
      "\(name) is truncated: it has \(size) bytes of \(expected)", remedy: "Fetch it again.")
  }

  private init(bytes: [UInt8], version: UInt8) {
    self.bytes = bytes
    self.version = version
  }

  private mutating func number(_ width: Int) -> Int? {
    guard position + width <= bytes.count else { return nil }
    var value: UInt64 = 0
    for byte in bytes[position..<position + width] { value = value << 8 | UInt64(byte) }
    position += width
    return Int(exactly: value) ?? impossible()
  }

  /// A count, which version 5 writes in eight bytes.
  private mutating func count() -> Int? { number(version == 5 ? 8 : 4) }

  private mutating func skip(_ count: Int?) -> Bool {
    guard let count, count >= 0, count <= bytes.count - position else { return false }
    position += (count + 3) / 4 * 4
    return true
  }

  private mutating func skipName() -> Bool {
    guard let length = count() else { return false }
    return skip(length)
  }

  private static func width(_ type: Int) -> Int {
    switch type {
    case 1, 2, 7: 1
    case 3, 8: 2
    case 4, 5, 9: 4
    default: 8
    }
  }

  private mutating func skipAttributes() -> Bool {
    guard number(4) != nil, let attributes = count() else { return false }
    for _ in 0..<attributes {
      guard skipName(), let type = number(4), let values = count(),
        skip(product([values, Self.width(type)]))
      else { return false }
    }
    return true
  }

  // Nil for numbers that no file can have: a damaged header may hold any.

  private mutating func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      guard !overflow else { return impossible() }
      product = next
    }
    return product
  }

  private mutating func sum(_ terms: Int...) -> Int? {
    var sum = 0
    for term in terms {
      let (next, overflow) = sum.addingReportingOverflow(term)
      guard !overflow else { return impossible() }
      sum = next
    }
    return sum
  }

  private mutating func impossible() -> Int? {
    isImpossible = true
    return nil
  }

  /// The position behind the last value.
  private mutating func end() -> Int? {
    guard var records = count(), number(4) != nil, let dimensions = count() else { return nil }
    // Written as a stream, the number of records is not known.
    if records == 0xFFFF_FFFF { records = 0 }
    var lengths: [Int] = []
    for _ in 0..<dimensions {
      guard skipName(), let length = count() else { return nil }
      lengths.append(length)
    }
    guard skipAttributes(), number(4) != nil, let variables = count() else { return nil }
    var end = 0
    var recordSizes: [(begin: Int, size: Int)] = []
    for _ in 0..<variables {
      guard skipName(), let rank = count() else { return nil }
      var shape: [Int] = []
      for _ in 0..<rank {
        guard let id = count(), lengths.indices.contains(id) else { return nil }
        shape.append(lengths[id])
      }
      guard skipAttributes(), let type = number(4), count() != nil, let begin = number(version == 1 ? 4 : 8)
      else {
        return nil
      }
      let isRecord = shape.first == 0
      guard let size = product([Self.width(type)] + (isRecord ? Array(shape.dropFirst()) : shape)),
        let behind = sum(begin, size)
      else { return nil }
      if isRecord { recordSizes.append((begin, size)) } else { end = max(end, behind) }
    }
    guard records > 0 else { return end }
    // Records follow one another, each with a part of every record variable, padded to four bytes; a lone variable's is
    // not.
    var stride = 0
    for record in recordSizes {
      guard let padded = sum(record.size, recordSizes.count == 1 ? 0 : (4 - record.size % 4) % 4),
        let wider = sum(stride, padded)
      else { return nil }
      stride = wider
    }
    for record in recordSizes {
      guard let distance = product([records - 1, stride]),
        let behind = sum(record.begin, distance, record.size)
      else { return nil }
      end = max(end, behind)
    }
    return end
  }
}
