internal import Glibc

/// How long a NetCDF-3 file must be, by its own header.
///
/// The library reads zeros where such a file has been cut off: rain that never fell, with no error. Format: "NetCDF
/// Classic Format Specification", Unidata; versions 1, 2 (64-bit offsets) and 5 (64-bit data).
struct ClassicHeader {
  private var bytes: [UInt8]
  private var position = 4
  private let version: UInt8

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
      // here is left to it.
      guard size <= count else { return }
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
    return Int(exactly: value)
  }

  /// A count, which version 5 writes in eight bytes.
  private mutating func count() -> Int? { number(version == 5 ? 8 : 4) }

  private mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, count <= bytes.count - position else { return false }
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
      guard skipName(), let type = number(4), let values = count(), skip(values * Self.width(type)) else {
        return false
      }
    }
    return true
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
      let size = (isRecord ? Array(shape.dropFirst()) : shape).reduce(Self.width(type), *)
      if isRecord { recordSizes.append((begin, size)) } else { end = max(end, begin + size) }
    }
    if records > 0 {
      // A lone record variable is not padded.
      let stride =
        recordSizes.count == 1 ? recordSizes[0].size : recordSizes.reduce(0) { $0 + ($1.size + 3) / 4 * 4 }
      for record in recordSizes { end = max(end, record.begin + (records - 1) * stride + record.size) }
    }
    return end
  }
}
