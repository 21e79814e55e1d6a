/// The machine itself: one loop over what is expected next. It keeps its place in local variables, which stay in
/// registers, and stores it only where a chunk ends.
extension JSONItemFilter {
  /// Reads the window between two positions, as far as it can be understood without what comes behind it.
  ///
  /// Behind `count` there must be ``JSONItemFilter/padding`` zeros.
  ///
  /// - Returns: the position from which to go on.
  mutating func scan(
    _ base: UnsafePointer<UInt8>, from start: Int, to count: Int, into output: inout [UInt8]
  ) throws -> Int {
    let end = base + count
    var next = base + start
    var phase = state.phase
    var depth = state.depth
    var inObject = state.objects[depth]
    defer {
      state.phase = phase
      state.depth = depth
    }

    while true {
      switch phase {
      case .begin:
        if next.pointee == 0xEF {
          if end - next < 3 { return next - base }
          if next[1] == 0xBB, next[2] == 0xBF { next += 3 }
        } else if next == end {
          return count
        }
        phase = .detect

      case .detect:
        next = skipSpace(next, base)
        if next == end { return count }
        if next.pointee == UInt8(ascii: "[") {
          layout = .array
          output.append(UInt8(ascii: "["))
          next += 1
          phase = .firstItem
        } else {
          layout = .lines
          phase = .line
        }

      case .firstItem, .item, .line:
        if next.pointee <= 0x20 { next = skipSpace(next, base) }
        if next == end { return count }
        if phase == .firstItem, next.pointee == UInt8(ascii: "]") {
          next += 1
          phase = .done
          continue
        }
        begin(next, base)
        if next.pointee == UInt8(ascii: "{") {
          next += 1
          depth = 1
          inObject = true
          state.objects[1] = true
          phase = .firstKey
        } else {
          phase = .value
        }

      case .firstKey, .nextKey:
        if next.pointee <= 0x20 { next = skipItemSpace(next, base) }
        if next.pointee == UInt8(ascii: "\"") {
          state.token = next - base
          state.escaped = false
          next += 1
          phase = .key
        } else if next == end {
          return count
        } else if phase == .firstKey, next.pointee == UInt8(ascii: "}") {
          next += 1
          closeEmpty()
          depth -= 1
          inObject = state.objects[depth]
          phase = .afterValue
        } else {
          throw unexpected("expected a key in quotes", next, base)
        }

      case .key:
        next = endOfPlainText(next)
        if next.pointee != UInt8(ascii: "\"") {
          switch try string(from: next, in: base, to: end) {
          case .end(let address): next = address
          case .more(let address): return address - base
          }
        }
        if depth == 1 { lookAtKey(base + state.token + 1, next) }
        next += 1
        phase = .colon

      case .colon:
        if next.pointee <= 0x20 { next = skipItemSpace(next, base) }
        if next.pointee == UInt8(ascii: ":") {
          next += 1
          phase = .value
        } else if next == end {
          return count
        } else {
          throw unexpected("expected ':' after the key", next, base)
        }

      case .firstValue:
        if next.pointee <= 0x20 { next = skipItemSpace(next, base) }
        if next.pointee == UInt8(ascii: "]") {
          next += 1
          closeEmpty()
          depth -= 1
          inObject = state.objects[depth]
          phase = .afterValue
        } else if next == end {
          return count
        } else {
          phase = .value
        }

      case .value:
        if next.pointee <= 0x20 { next = skipItemSpace(next, base) }
        let byte = next.pointee
        switch byte {
        case UInt8(ascii: "\""):
          state.token = next - base
          next += 1
          phase = .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
          state.token = next - base
          if let address = endOfNumber(next) {
            if state.decides {
              decide(isTruthy(number: UnsafeBufferPointer(start: next, count: address - next)))
            }
            next = address
            phase = .afterValue
          } else {
            state.number = .start
            phase = .number
          }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          guard depth + (layout == .array ? 1 : 0) < JSONReader.deepestNesting else {
            throw syntaxError("nested deeper than \(JSONReader.deepestNesting) levels", at: next - base)
          }
          state.decidesByEmptiness = state.decides
          if state.decides { decide(true) }
          next += 1
          depth += 1
          inObject = byte == UInt8(ascii: "{")
          state.objects[depth] = inObject
          phase = inObject ? .firstKey : .firstValue
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
          let length = lengthOfLiteral(next)
          if length == 0 {
            // With fewer bytes left than the longest literal has, the rest may be yet to come.
            if end - next < 5, mayBecomeLiteral(next, end - next) { return next - base }
            throw syntaxError("expected true, false or null", at: next - base)
          }
          if state.decides { decide(byte == UInt8(ascii: "t")) }
          next += length
          phase = .afterValue
        default:
          if next == end { return count }
          throw unexpected("expected a value", next, base)
        }

      case .string:
        next = endOfPlainText(next)
        if next.pointee != UInt8(ascii: "\"") {
          switch try string(from: next, in: base, to: end) {
          case .end(let address): next = address
          case .more(let address): return address - base
          }
        }
        if state.decides { decide(next - base > state.token + 1) }
        next += 1
        phase = .afterValue

      case .number:
        while let part = state.number.after(next.pointee) {
          state.number = part
          next += 1
        }
        if next == end { return count }
        guard state.number.mayEnd else { throw syntaxError(state.number.missing, at: next - base) }
        if state.decides {
          let text = UnsafeBufferPointer(start: base + state.token, count: next - base - state.token)
          decide(isTruthy(number: text))
        }
        phase = .afterValue

      case .afterValue:
        if depth == 0 {
          try finishItem(next, base, into: &output)
          phase = layout == .array ? .afterItem : .afterLine
          continue
        }
        if next.pointee <= 0x20 { next = skipItemSpace(next, base) }
        let byte = next.pointee
        if byte == UInt8(ascii: ",") {
          next += 1
          phase = inObject ? .nextKey : .value
        } else if byte == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          next += 1
          depth -= 1
          inObject = state.objects[depth]
        } else if next == end {
          return count
        } else {
          throw unexpected(inObject ? "expected ',' or '}'" : "expected ',' or ']'", next, base)
        }

      case .afterItem:
        if next.pointee <= 0x20 { next = skipSpace(next, base) }
        if next.pointee == UInt8(ascii: ",") {
          next += 1
          phase = .item
        } else if next.pointee == UInt8(ascii: "]") {
          next += 1
          phase = .done
        } else if next == end {
          return count
        } else {
          throw unexpected("expected ',' or ']' after the item", next, base)
        }

      case .afterLine:
        while next.pointee == 0x20 || next.pointee == 0x09 || next.pointee == 0x0D { next += 1 }
        if next == end { return count }
        guard next.pointee == UInt8(ascii: "\n") else {
          throw unexpected("expected the end of the line after the item", next, base)
        }
        phase = .line

      case .done:
        next = skipSpace(next, base)
        if next == end { return count }
        throw syntaxError("more text after the end of the document", at: next - base)
      }
    }
  }

  /// Passes over white space between items, and counts lines.
  @inline(never) private mutating func skipSpace(
    _ start: UnsafePointer<UInt8>, _ base: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var address = start
    while true {
      switch address.pointee {
      case 0x20: address = endOfSpaces(address + 1)
      case 0x09, 0x0D: address += 1
      case 0x0A:
        address += 1
        state.line += 1
        state.lineStart = state.offset + (address - base)
      default: return address
      }
    }
  }

  /// Passes over white space inside an item. An item of newline-delimited JSON must not go over the end of its line.
  @inline(__always) private mutating func skipItemSpace(
    _ start: UnsafePointer<UInt8>, _ base: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    // One space is by far the most frequent.
    if start.pointee == 0x20, start[1] > 0x20 { return start + 1 }
    return layout == .array ? skipSpace(start, base) : skipBlanks(start)
  }

  @inline(never) private func skipBlanks(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var address = start
    while address.pointee == 0x20 || address.pointee == 0x09 || address.pointee == 0x0D { address += 1 }
    return address
  }

  @inline(__always) private mutating func begin(
    _ item: UnsafePointer<UInt8>, _ base: UnsafePointer<UInt8>
  ) {
    let position = item - base
    state.itemStart = position
    state.itemLine = state.line
    state.itemColumn = state.offset + position - state.lineStart + 1
    state.itemIsObject = item.pointee == UInt8(ascii: "{")
    state.keep = false
    state.decides = false
    state.decidesByEmptiness = false
  }

  @inline(__always) private mutating func finishItem(
    _ end: UnsafePointer<UInt8>, _ base: UnsafePointer<UInt8>, into output: inout [UInt8]
  ) throws {
    let start = state.itemStart ?? 0
    let item = UnsafeBufferPointer(start: base + start, count: end - base - start)
    guard state.itemIsObject else { throw rejection(.noObject(Self.type(of: item[0]))) }
    guard item.count <= longest else { throw rejection(.tooLong(longest)) }
    emit(item, keep: state.keep, into: &output)
    state.itemStart = nil
  }

  @inline(__always) private mutating func lookAtKey(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) {
    if state.escaped {
      state.decides = field.matches(escaped: UnsafeBufferPointer(start: start, count: end - start))
    } else {
      state.decides = field.matches(start, count: end - start)
    }
  }

  /// Of several equal keys the last one counts, so a decision stands only until the next one.
  @inline(__always) private mutating func decide(_ keep: Bool) {
    state.keep = keep
    state.decides = false
  }

  @inline(__always) private mutating func closeEmpty() {
    if state.decidesByEmptiness {
      state.keep = false
      state.decidesByEmptiness = false
    }
  }
}

/// The length of `true`, `false` or `null` at an address; 0 where there is none of them.
@inline(__always) private func lengthOfLiteral(_ address: UnsafePointer<UInt8>) -> Int {
  let word = word(at: address)
  // Little-endian: the first letter is the lowest byte.
  if word & 0xFFFF_FFFF == 0x6575_7274 || word & 0xFFFF_FFFF == 0x6C6C_756E { return 4 }
  return word & 0xFF_FFFF_FFFF == 0x65_736C_6166 ? 5 : 0
}

/// Whether the few bytes before the end of a chunk are the beginning of a literal.
private func mayBecomeLiteral(_ address: UnsafePointer<UInt8>, _ count: Int) -> Bool {
  let text = UnsafeBufferPointer(start: address, count: count)
  return ["true", "false", "null"].contains { $0.utf8.starts(with: text) }
}
