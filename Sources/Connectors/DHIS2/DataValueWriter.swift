import JSON
import Synchronization

/// Writes the body of a `POST /api/dataValueSets`. What a value shares with the one before it, which is most of it, is
/// copied rather than made anew.
struct DataValueWriter {
  private(set) var bytes: [UInt8]
  private var isFirst = true
  private var dataElement = ""
  private var period = ""
  /// From the opening bracket to the name of the org unit, of the value before.
  private var beginning: [UInt8] = []
  private let followUpKey: String

  /// - Parameters:
  ///   - dataSet: named at the top, where it is given.
  ///   - followUpKey: what the release calls the mark for following up (``Capabilities/followUpKey``).
  ///   - count: how many values are expected.
  ///   - room: memory to write in, which saves asking for some.
  init(dataSet: String?, followUpKey: String, expecting count: Int, room: consuming [UInt8] = []) {
    self.followUpKey = followUpKey
    bytes = room
    bytes.removeAll(keepingCapacity: true)
    bytes.reserveCapacity(count * 128 + 128)
    bytes.append(UInt8(ascii: "{"))
    if let dataSet {
      DataValue.member("dataSet", dataSet, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    append("\"dataValues\":[")
  }

  mutating func write(_ value: DataValue) {
    if beginning.isEmpty || value.key.period != period || value.key.dataElement != dataElement {
      period = value.key.period
      dataElement = value.key.dataElement
      beginning.removeAll(keepingCapacity: true)
      beginning.append(UInt8(ascii: "{"))
      DataValue.member("dataElement", dataElement, to: &beginning)
      beginning.append(UInt8(ascii: ","))
      DataValue.member("period", period, to: &beginning)
      beginning.append(contentsOf: ",\"orgUnit\":".utf8)
    }
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    if writePlain(value) { return }
    bytes.append(contentsOf: beginning)
    DataValue.text(value.key.orgUnit, to: &bytes)
    // An empty text is no combination: it is left out, as the default is.
    if let combo = value.key.categoryOptionCombo, !combo.isEmpty {
      append(",\"categoryOptionCombo\":")
      DataValue.text(combo, to: &bytes)
    }
    if let combo = value.key.attributeOptionCombo, !combo.isEmpty {
      append(",\"attributeOptionCombo\":")
      DataValue.text(combo, to: &bytes)
    }
    append(",\"value\":")
    DataValue.text(value.value, to: &bytes)
    if let comment = value.comment {
      append(",\"comment\":")
      DataValue.text(comment, to: &bytes)
    }
    if value.followUp {
      append(",\"")
      bytes.append(contentsOf: followUpKey.utf8)
      append("\":true")
    }
    bytes.append(UInt8(ascii: "}"))
  }

  /// Writes a value as most are: short, with nothing but its number, and nothing to escape. False where it is another,
  /// and nothing was written.
  private mutating func writePlain(_ value: DataValue) -> Bool {
    guard value.key.categoryOptionCombo == nil, value.key.attributeOptionCombo == nil, value.comment == nil,
      !value.followUp
    else { return false }
    var unit = value.key.orgUnit
    var text = value.value
    let middle: StaticString = "\",\"value\":\""
    let most = beginning.count + unit.utf8.count + middle.utf8CodeUnitCount + text.utf8.count + 3
    guard most <= Self.longestPlain else { return false }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longestPlain) { row in
      var count = 0
      func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        for place in bytes.indices { row[count + place] = bytes[place] }
        count += bytes.count
      }
      func putPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        put(bytes)
        return bytes.allSatisfy(DataValue.isPlain)
      }
      beginning.withUnsafeBufferPointer(put)
      row[count] = UInt8(ascii: "\"")
      count += 1
      guard unit.withUTF8(putPlain) else { return false }
      put(UnsafeBufferPointer(start: middle.utf8Start, count: middle.utf8CodeUnitCount))
      guard text.withUTF8(putPlain) else { return false }
      row[count] = UInt8(ascii: "\"")
      row[count + 1] = UInt8(ascii: "}")
      bytes.append(contentsOf: row[..<(count + 2)])
      return true
    }
  }

  private static let longestPlain = 512

  /// Ends the document and gives it.
  consuming func finish() -> [UInt8] {
    append("]}")
    return bytes
  }

  private mutating func append(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

extension DataValue {
  /// Appends a member of a JSON object.
  static func member(_ name: StaticString, _ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(contentsOf: "\":".utf8)
    Self.text(text, to: &bytes)
  }

  /// Appends a JSON string. Only what is plain is written without looking for what needs escaping.
  static func text(_ text: String, to bytes: inout [UInt8]) {
    var text = text
    let isPlain = text.withUTF8 { text in
      guard text.allSatisfy(DataValue.isPlain) else { return false }
      bytes.append(UInt8(ascii: "\""))
      bytes.append(contentsOf: text)
      bytes.append(UInt8(ascii: "\""))
      return true
    }
    if !isPlain {
      var writer = JSONWriter()
      writer.write(string: text)
      bytes.append(contentsOf: writer.bytes)
    }
  }

  /// Whether a byte stands for itself in a JSON string.
  fileprivate static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }
}

/// Memory that bodies of requests are written in, one after another: asking the system for some takes longer than writing.
final class BodyRoom: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  /// Gives the memory away.
  func take() -> [UInt8] {
    var taken: [UInt8] = []
    bytes.withLock { swap(&$0, &taken) }
    return taken
  }

  /// Takes it back.
  func put(_ used: [UInt8]) { bytes.withLock { $0 = used } }
}
