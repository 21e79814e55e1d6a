/// Keeps the items of a JSON array, or of newline-delimited JSON, whose field is truthy: a machine that is fed with
/// chunks of bytes and gives chunks of bytes, without any input or output of its own.
///
///     var filter = JSONItemFilter(field: "active")
///     for chunk in chunks { try filter.push(chunk, into: &output) }
///     try filter.finish(into: &output)
///
/// **What comes in.** A first character `[` makes it an array; anything else makes it newline-delimited JSON (NDJSON),
/// one item a line, lines of white space passed over. White space before it and a byte order mark are passed over too.
/// Nothing at all is NDJSON without items. Everything is checked against RFC 8259, also what is not kept, and what
/// ``JSONReader`` refuses is refused here; an NDJSON item must not go over the end of its line.
///
/// **What is kept.** The items whose field Python's `item.get(field)` calls true: all but `false`, `null`, zero in any
/// spelling (also what is too small for a double), `""`, `[]`, `{}` and a missing field. Keys are compared by their
/// characters, escapes undone; of several equal keys the last one counts. An item that is no object is refused.
///
/// **What goes out.** The items as they stand in the input, to the byte. An array is written as `[`, the items joined
/// by a comma and a line feed, `]` and a line feed; NDJSON as one item a line, each with a line feed.
///
/// It holds one chunk and the item that is not yet at its end, whatever the size of the document. After an error it
/// is spent: every further call throws that error again.
public struct JSONItemFilter: Sendable {
  /// What the document is, as its first character tells.
  public enum Layout: Sendable { case array, lines }

  /// The items that were read to their end.
  public private(set) var itemsRead = 0
  /// The items that were kept.
  public private(set) var itemsKept = 0
  /// What the document is; nil before its first character.
  public internal(set) var layout: Layout?

  /// The longest item that is taken, in bytes, where the caller does not say.
  public static let longestItem = 256 << 20

  let field: FieldName
  let longest: Int
  var state = JSONItemFilterState()
  private var failure: (any Error)?

  /// The unfinished item, the chunk behind it, and padding of zeros: no loop over characters needs to look for the
  /// end, as it stops at the zero.
  private var window: [UInt8] = []
  /// The bytes of the window that were kept from the chunk before.
  private var carried = 0

  static let padding = 64
  /// Chunks are taken in pieces of this size, which stay in the processor's cache.
  private static let piece = 128 << 10

  /// A filter at the beginning of a document.
  ///
  /// - Parameters:
  ///   - field: the key of the items' members that decide.
  ///   - longestItem: items of more bytes than this are refused, so that one without an end cannot fill the memory.
  public init(field: String, longestItem: Int = JSONItemFilter.longestItem) {
    self.field = FieldName(field)
    self.longest = longestItem
  }

  /// Takes the next bytes of the document and appends what can be said to be kept.
  ///
  /// - Throws: ``JSONSyntaxError`` for broken JSON, ``JSONItemRejection`` for an item that is no object or too long.
  public mutating func push(_ chunk: UnsafeRawBufferPointer, into output: inout [UInt8]) throws {
    if let failure { throw failure }
    var rest = chunk[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.piece))
      rest = rest.dropFirst(piece.count)
      do { try take(piece, into: &output) } catch {
        failure = error
        throw error
      }
    }
  }

  /// Takes the next bytes of the document and appends what can be said to be kept.
  public mutating func push(_ chunk: [UInt8], into output: inout [UInt8]) throws {
    try chunk.withUnsafeBytes { try push($0, into: &output) }
  }

  /// Tells that the document is at its end, and appends what was still open.
  ///
  /// - Throws: ``JSONSyntaxError`` where the document stops too early; else as ``push(_:into:)``.
  public mutating func finish(into output: inout [UInt8]) throws {
    if let failure { throw failure }
    do { try end(into: &output) } catch {
      failure = error
      throw error
    }
  }

  private mutating func take(_ piece: UnsafeRawBufferPointer, into output: inout [UInt8]) throws {
    let count = carried + piece.count
    makeRoom(for: count)
    // Taken out of the filter, so that the scan may change the filter while it reads the window.
    var window: [UInt8] = []
    swap(&window, &self.window)
    defer { swap(&window, &self.window) }
    try window.withUnsafeMutableBytes { buffer in
      let base = buffer.baseAddress!
      (base + carried).copyMemory(from: piece.baseAddress!, byteCount: piece.count)
      (base + count).initializeMemory(as: UInt8.self, repeating: 0, count: Self.padding)
      let stop = try scan(
        UnsafePointer(base.assumingMemoryBound(to: UInt8.self)), from: carried - state.pending, to: count,
        into: &output)
      state.pending = count - stop
      let start = state.itemStart ?? stop
      if count - start > longest, state.itemStart != nil { throw rejection(.tooLong(longest)) }
      carried = count - start
      base.copyMemory(from: base + start, byteCount: carried)
      state.move(by: start)
    }
  }

  private mutating func makeRoom(for count: Int) {
    let needed = count + Self.padding
    // Half as much again, so that a long item is not copied at every chunk.
    let roomy = needed + needed / 2
    if window.count < needed || (window.count > 8 * roomy && window.count > 16 * Self.piece) {
      window = carry(to: roomy)
    }
  }

  private func carry(to size: Int) -> [UInt8] {
    Array(unsafeUninitializedCapacity: size) { buffer, initialized in
      buffer.initialize(repeating: 0)
      window.withUnsafeBytes { old in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: old[..<carried]))
      }
      initialized = size
    }
  }

  private mutating func end(into output: inout [UInt8]) throws {
    // The end of a line ends a number, and an item at the end of the last line.
    if layout == .lines, state.depth == 0, state.phase != .string { try take("\n", into: &output) }
    switch state.phase {
    case .begin where carried > 0: throw syntaxError("expected a value", at: 0)
    case .begin, .detect: layout = .lines
    case .line: break
    case .done: output += [UInt8(ascii: "]"), UInt8(ascii: "\n")]
    case .key, .string:
      if state.pending > 0, window[carried - state.pending] >= 0x80 {
        throw syntaxError("a string that is not UTF-8", at: carried - state.pending)
      }
      throw syntaxError("a string that does not end", at: state.token)
    default: throw syntaxError("unexpected end of the document", at: carried)
    }
  }

  private mutating func take(_ text: StaticString, into output: inout [UInt8]) throws {
    try take(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), into: &output)
  }

  /// Counts an item at its end and appends it if it is kept.
  @inline(__always) mutating func emit(
    _ item: UnsafeBufferPointer<UInt8>, keep: Bool, into output: inout [UInt8]
  ) {
    itemsRead += 1
    guard keep else { return }
    if layout == .array, itemsKept > 0 {
      output.append(UInt8(ascii: ","))
      output.append(UInt8(ascii: "\n"))
    }
    output.append(contentsOf: item)
    if layout == .lines { output.append(UInt8(ascii: "\n")) }
    itemsKept += 1
  }
}
