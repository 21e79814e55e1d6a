internal import Glibc

/// MD5 (RFC 1321): what the service names as `file:checksum`.
enum MD5 {
  private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
  private static let sines: [UInt32] = (0..<64).map { UInt32(abs(sin(Double($0 + 1))) * 4_294_967_296) }

  /// In 32 hexadecimal digits.
  static func of(_ bytes: [UInt8]) -> String {
    var message = bytes
    message.append(0x80)
    message += [UInt8](repeating: 0, count: (120 - message.count % 64) % 64)
    let length = UInt64(bytes.count) * 8
    message += (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
    var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
    message.withUnsafeBytes { raw in
      shifts.withUnsafeBufferPointer { shifts in
        sines.withUnsafeBufferPointer { sines in
          for block in stride(from: 0, to: raw.count, by: 64) {
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for step in 0..<64 {
              let mixed: UInt32
              let word: Int
              switch step / 16 {
              case 0: (mixed, word) = ((b & c) | (~b & d), step)
              case 1: (mixed, word) = ((d & b) | (~d & c), (5 * step + 1) % 16)
              case 2: (mixed, word) = (b ^ c ^ d, (3 * step + 5) % 16)
              default: (mixed, word) = (c ^ (b | ~d), (7 * step) % 16)
              }
              let part = UInt32(
                littleEndian: raw.loadUnaligned(fromByteOffset: block + word * 4, as: UInt32.self))
              let sum = a &+ mixed &+ sines[step] &+ part
              let shift = shifts[step / 16 * 4 + step % 4]
              (a, b, c, d) = (d, b &+ (sum << shift | sum >> (32 - shift)), b, c)
            }
            state[0] &+= a
            state[1] &+= b
            state[2] &+= c
            state[3] &+= d
          }
        }
      }
    }
    return state.map { word in
      (0..<4).map { byte in
        let digits = String(UInt8(truncatingIfNeeded: word >> (byte * 8)), radix: 16)
        return digits.utf8.count == 1 ? "0" + digits : digits
      }.joined()
    }.joined()
  }
}
