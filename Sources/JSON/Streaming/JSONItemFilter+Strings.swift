/// How far a string was read.
enum StringStop {
  /// The address of the quotation mark at its end.
  case end(UnsafePointer<UInt8>)
  /// The address from which it has to be read again when there is more.
  case more(UnsafePointer<UInt8>)
}

/// The part of a string that is not plain ASCII.
extension JSONItemFilter {
  /// Reads a string to its end from the first byte that is not plain.
  @inline(never) mutating func string(
    from start: UnsafePointer<UInt8>, in base: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) throws -> StringStop {
    var address = start
    while true {
      let byte = address.pointee
      if byte == UInt8(ascii: "\"") { return .end(address) }
      if byte >= 0x80 {
        let length = lengthOfCharacter(address)
        if length > 0 {
          address += length
          // Text in other scripts has many such bytes one after the other.
          if address.pointee >= 0x80 { continue }
        } else {
          // The longest character has four bytes: with fewer left, the rest may be yet to come.
          if end - address < 4 { return .more(address) }
          throw syntaxError("a string that is not UTF-8", at: address - base)
        }
      } else if byte == UInt8(ascii: "\\") {
        state.escaped = true
        if end - address < 2 { return .more(address) }
        if address[1] == UInt8(ascii: "u") {
          if end - address < 6 { return .more(address) }
          guard (2..<6).allSatisfy({ hexDigit(address[$0]) != nil }) else {
            throw syntaxError(
              "an escape with something else than four hexadecimal digits", at: address - base)
          }
          address += 6
        } else {
          guard isEscape(address[1]) else { throw syntaxError("an unknown escape", at: address - base) }
          address += 2
        }
      } else if address == end {
        return .more(address)
      } else {
        throw syntaxError("a control character inside a string", at: address - base)
      }
      address = endOfPlainText(address)
    }
  }
}

@inline(__always) private func isEscape(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
    UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
    true
  default: false
  }
}

/// The bytes of the UTF-8 character of more than one byte at an address, by table 3-7 of the Unicode standard; 0 where
/// it is none.
@inline(__always) private func lengthOfCharacter(_ address: UnsafePointer<UInt8>) -> Int {
  let first = address.pointee
  // The zeros behind the end are no continuation, so nothing is read past the padding.
  guard isContinuation(address[1]) else { return 0 }
  if first < 0xE0 { return first >= 0xC2 ? 2 : 0 }
  guard isContinuation(address[2]) else { return 0 }
  if first < 0xF0 {
    if first == 0xE0, address[1] < 0xA0 { return 0 }
    if first == 0xED, address[1] >= 0xA0 { return 0 }
    return 3
  }
  guard first <= 0xF4, isContinuation(address[3]) else { return 0 }
  if first == 0xF0, address[1] < 0x90 { return 0 }
  if first == 0xF4, address[1] >= 0x90 { return 0 }
  return 4
}

@inline(__always) private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
