/// A gzip file around stored bytes (RFC 1952, with RFC 1951's blocks of type 0), enough to see whether it is unpacked.
func gzipped(_ text: String) -> [UInt8] {
  let bytes = Array(text.utf8)
  let length = UInt16(bytes.count)
  var crc: UInt32 = ~0
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
  }
  func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
  return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(length) + little(~length) + bytes + little(~crc)
    + little(UInt32(bytes.count))
}
