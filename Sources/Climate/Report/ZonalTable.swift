internal import FoundationEssentials

/// Zonal statistics as CSV (RFC 4180, line feeds), numbers with 17 significant digits.
package struct ZonalTable {
  package static let header = Array("id,step,time,value,status,valid_fraction,in_grid_fraction\n".utf8)
  package static let coverageHeader = Array("id,row,col,fraction\n".utf8)

  private let ids: PackedTexts
  private let inGrid: PackedTexts
  private let longestID: Int
  let weights: ZonalWeights

  package init(_ weights: ZonalWeights) {
    self.weights = weights
    let names = weights.ids.map(Self.field)
    ids = PackedTexts(names)
    inGrid = PackedTexts(weights.inGridFractions.map { "," + Self.text17($0) + "\n" })
    longestID = names.map(\.utf8.count).max() ?? 0
  }

  /// Room that every row fits into.
  var rowLength: Int { longestID + 4 * DecimalText.longest + 64 }

  /// What stands between the id and the value in all rows of a step.
  func middle(number: Int, time: Date?) -> [UInt8] {
    Array(",\(number),\(time.map(ISOTime.text) ?? ""),".utf8)
  }

  /// Writes the rows of one step, and gives the end.
  ///
  /// - Parameter step: its position in `output`.
  func appendRows(
    of step: Int, _ middle: [UInt8], _ output: ZonalOutput, to start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    var target = start
    var lastShare = -1.0
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DecimalText.longest) { share in
      var shareCount = 0
      middle.withUnsafeBufferPointer { middle in
        for zone in 0..<ids.count {
          let index = step * ids.count + zone
          let status = output.statuses.elements[index]
          ids.append(zone, to: &target)
          Self.append(middle.baseAddress!, middle.count, &target)
          if status.hasValue { target = DecimalText.write17(output.values.elements[index], to: target) }
          let text = Self.text(status)
          Self.append(text.utf8Start, text.utf8CodeUnitCount, &target)
          if output.valid.elements[index] != lastShare {
            lastShare = output.valid.elements[index]
            shareCount = DecimalText.write17(lastShare, to: share.baseAddress!) - share.baseAddress!
          }
          Self.append(share.baseAddress!, shareCount, &target)
          inGrid.append(zone, to: &target)
        }
      }
    }
    return target
  }

  /// The covered fraction of each cell of each zone, with the header.
  package static func writeCoverage(_ weights: ZonalWeights, to sink: ByteSink) throws {
    var bytes = coverageHeader
    for (zone, id) in weights.ids.enumerated() {
      let name = Array(field(id).utf8)
      for cell in weights.coverage(ofZone: zone) {
        bytes += name
        bytes += ",\(cell.row),\(cell.column),".utf8
        DecimalText.append17(cell.fraction, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
      }
      if bytes.count > 1 << 20 {
        try bytes.withUnsafeBytes(sink)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try bytes.withUnsafeBytes(sink)
  }

  @inline(__always)
  private static func append(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ target: inout UnsafeMutablePointer<UInt8>
  ) {
    target.update(from: bytes, count: count)
    target += count
  }

  private static func text(_ status: ZonalStatus) -> StaticString {
    switch status {
    case .ok: ",ok,"
    case .nearest: ",nearest,"
    case .lowCoverage: ",low-coverage,"
    case .noData: ",no-data,"
    case .outsideGrid: ",outside-grid,"
    case .rejected: ",rejected,"
    }
  }

  private static func text17(_ value: Double) -> String {
    var bytes: [UInt8] = []
    DecimalText.append17(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// In quotes where it has to be.
  private static func field(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }) else {
      return text
    }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}

/// Many short texts in one piece of memory, so that taking one counts no references.
private struct PackedTexts {
  private var bytes: [UInt8] = []
  private var starts = [0]

  var count: Int { starts.count - 1 }

  init(_ texts: [String]) {
    for text in texts {
      bytes += text.utf8
      starts.append(bytes.count)
    }
    // There is always an address to copy from.
    if bytes.isEmpty { bytes = [0] }
  }

  @inline(__always)
  func append(_ index: Int, to target: inout UnsafeMutablePointer<UInt8>) {
    bytes.withUnsafeBufferPointer { bytes in
      starts.withUnsafeBufferPointer { starts in
        let length = starts[index + 1] - starts[index]
        target.update(from: bytes.baseAddress! + starts[index], count: length)
        target += length
      }
    }
  }
}
