extension JSONItemFilter {
  /// An error at a position of the window.
  @inline(never) func syntaxError(_ problem: String, at position: Int) -> JSONSyntaxError {
    let offset = state.offset + position
    return JSONSyntaxError(problem, offset: offset, line: state.line, column: offset - state.lineStart + 1)
  }

  /// The refusal of the item that is being read.
  @inline(never) func rejection(_ reason: JSONItemRejection.Reason) -> JSONItemRejection {
    JSONItemRejection(reason: reason, index: itemsRead, line: state.itemLine, column: state.itemColumn)
  }

  /// An error at a byte that stands where it must not.
  @inline(never) func unexpected(
    _ expectation: String, _ address: UnsafePointer<UInt8>, _ base: UnsafePointer<UInt8>
  ) -> JSONSyntaxError {
    if layout == .lines, address.pointee == UInt8(ascii: "\n"), state.itemStart != nil {
      return syntaxError("a line break inside an item of newline-delimited JSON", at: address - base)
    }
    return syntaxError("\(expectation), found \(Self.character(address.pointee))", at: address - base)
  }

  private static func character(_ byte: UInt8) -> String {
    byte > 0x20 && byte < 0x7F ? "'\(Unicode.Scalar(byte))'" : "0x" + String(byte, radix: 16, uppercase: true)
  }

  /// The name of the kind of value that begins with a byte.
  static func type(of byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "["): "an array"
    case UInt8(ascii: "\""): "a string"
    case UInt8(ascii: "t"), UInt8(ascii: "f"): "a boolean"
    case UInt8(ascii: "n"): "null"
    default: "a number"
    }
  }
}
