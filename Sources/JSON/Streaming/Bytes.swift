/// Eight bytes from an address, the first of them lowest.
@inline(__always) func word(at address: UnsafePointer<UInt8>) -> UInt64 {
  UInt64(littleEndian: UnsafeRawPointer(address).loadUnaligned(as: UInt64.self))
}

/// The byte in each of the eight places of a word.
@inline(__always) func everywhere(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

/// The next byte inside a string that is not plain ASCII: a quotation mark, a backslash, a control character (so also
/// the zero behind the end), or the first byte of a longer character. Eight bytes beyond it must be readable.
///
/// Eight bytes are compared at a time: subtracting 1 from a byte that is 0 sets its highest bit. The borrow may set
/// that of the next byte wrongly, but never of one before, and the first is all that is asked for.
@inline(__always) func endOfPlainText(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
  var address = start
  while true {
    let word = word(at: address)
    let quote = (word ^ everywhere(UInt8(ascii: "\""))) &- everywhere(1)
    let backslash = (word ^ everywhere(UInt8(ascii: "\\"))) &- everywhere(1)
    let control = word &- everywhere(0x20)
    let hits = (quote | backslash | control | word) & everywhere(0x80)
    if hits != 0 { return address + hits.trailingZeroBitCount >> 3 }
    address += 8
  }
}

/// The first byte that is no space. Eight bytes beyond it must be readable.
@inline(__always) func endOfSpaces(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
  var address = start
  while true {
    let others = word(at: address) ^ everywhere(0x20)
    if others != 0 { return address + others.trailingZeroBitCount >> 3 }
    address += 8
  }
}

@inline(__always) func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
