/// Zonal statistics as CSV (RFC 4180, line feeds), numbers with 17 significant digits.
package struct ZonalTable {
  package static let header = Array("id,step,time,value,status,valid_fraction,in_grid_fraction\n".utf8)
  package static let coverageHeader = Array("id,row,col,fraction\n".utf8)

  private let ids: PackedTexts
  private let inGrid: PackedTexts
  private let longestID: Int
  private let threads: Int

  /// - Parameter threads: nil is all processors; the text is the same.
  package init(_ weights: ZonalWeights, threads: Int? = nil) {
    let names = weights.ids.map(Self.field)
    ids = PackedTexts(names)
    inGrid = PackedTexts(weights.inGridFractions.map { "," + Self.text17($0) + "\n" })
    longestID = names.map(\.utf8.count).max() ?? 0
    self.threads = threads ?? Parallel.processors
  }

  /// The rows of a series without the header, step by step, the zones of each in their order.
  ///
  /// - Parameter firstStep: the number of the series' first step.
  package func write(_ series: ZonalSeries, firstStep: Int = 0, to sink: ([UInt8]) throws -> Void) throws {
    // About a megabyte of text at a time from each thread.
    let batch = max(1, 16_384 / max(ids.count, 1))
    var step = 0
    while step < series.stepCount {
      let wave = (0..<threads).map { step + $0 * batch }.filter { $0 < series.stepCount }
      var blocks = [[UInt8]](repeating: [], count: wave.count)
      blocks.withUnsafeMutableBufferPointer { buffer in
        let results = SharedBuffer(elements: buffer)
        Parallel.forEachBatch(wave.count, threads: threads, batch: 1, tool: {}) { _, range in
          for index in range {
            results.elements[index] = text(
              series, wave[index]..<min(wave[index] + batch, series.stepCount), firstStep)
          }
        }
      }
      for block in blocks { try sink(block) }
      step += batch * threads
    }
  }

  private func text(_ series: ZonalSeries, _ steps: Range<Int>, _ firstStep: Int) -> [UInt8] {
    let row = longestID + 4 * DecimalText.longest + 64
    return [UInt8](unsafeUninitializedCapacity: row * ids.count * steps.count) { buffer, filled in
      guard let start = buffer.baseAddress else { return }
      var target = start
      series.values.withUnsafeBufferPointer { values in
        series.statuses.withUnsafeBufferPointer { statuses in
          series.validFractions.withUnsafeBufferPointer { shares in
            for step in steps {
              append(
                series, step, number: firstStep + step, values: values, statuses: statuses, shares: shares,
                &target)
            }
          }
        }
      }
      filled = target - start
    }
  }

  /// The rows of one step.
  private func append(
    _ series: ZonalSeries, _ step: Int, number: Int, values: UnsafeBufferPointer<Double>,
    statuses: UnsafeBufferPointer<ZonalStatus>, shares: UnsafeBufferPointer<Double>,
    _ target: inout UnsafeMutablePointer<UInt8>
  ) {
    let time = series.times.isEmpty ? "" : ISOTime.text(series.times[step])
    let middle = Array(",\(number),\(time),".utf8)
    var lastShare = -1.0
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DecimalText.longest) { share in
      var shareCount = 0
      middle.withUnsafeBufferPointer { middle in
        for zone in 0..<ids.count {
          let index = step * ids.count + zone
          ids.append(zone, to: &target)
          Self.append(middle.baseAddress!, middle.count, &target)
          if statuses[index].hasValue { target = DecimalText.write17(values[index], to: target) }
          let status = Self.text(statuses[index])
          Self.append(status.utf8Start, status.utf8CodeUnitCount, &target)
          if shares[index] != lastShare {
            lastShare = shares[index]
            shareCount = DecimalText.write17(lastShare, to: share.baseAddress!) - share.baseAddress!
          }
          Self.append(share.baseAddress!, shareCount, &target)
          inGrid.append(zone, to: &target)
        }
      }
    }
  }

  /// The covered fraction of each cell of each zone, with the header.
  package static func writeCoverage(_ weights: ZonalWeights, to sink: ([UInt8]) throws -> Void) throws {
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
        try sink(bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try sink(bytes)
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
