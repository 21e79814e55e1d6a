/// Zonal statistics as CSV (RFC 4180, line feeds), numbers with 17 significant digits.
package struct ZonalTable {
  package static let header = Array("id,step,time,value,status,valid_fraction,in_grid_fraction\n".utf8)
  package static let coverageHeader = Array("id,row,col,fraction\n".utf8)

  private let ids: [[UInt8]]
  private let inGrid: [[UInt8]]
  private let longestID: Int
  private let threads: Int

  /// - Parameter threads: nil is all processors; the text is the same.
  package init(_ weights: ZonalWeights, threads: Int? = nil) {
    ids = weights.ids.map { Array(Self.field($0).utf8) }
    inGrid = weights.inGridFractions.map { "," + Self.text17($0) + "\n" }.map { Array($0.utf8) }
    longestID = ids.map(\.count).max() ?? 0
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
      guard var target = buffer.baseAddress else { return }
      let start = target
      for step in steps {
        let time = series.times.isEmpty ? "" : ISOTime.text(series.times[step])
        let middle = Array(",\(firstStep + step),\(time),".utf8)
        var lastShare = -1.0
        var share: [UInt8] = []
        for zone in ids.indices {
          let index = step * ids.count + zone
          let status = series.statuses[index]
          Self.append(ids[zone], &target)
          Self.append(middle, &target)
          if status.hasValue { target = DecimalText.write17(series.values[index], to: target) }
          Self.append(Self.text(status), &target)
          if series.validFractions[index] != lastShare {
            lastShare = series.validFractions[index]
            share = Array(Self.text17(lastShare).utf8)
          }
          Self.append(share, &target)
          Self.append(inGrid[zone], &target)
        }
      }
      filled = target - start
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
  private static func append(_ bytes: [UInt8], _ target: inout UnsafeMutablePointer<UInt8>) {
    bytes.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      target.update(from: base, count: source.count)
      target += source.count
    }
  }

  @inline(__always)
  private static func append(_ text: StaticString, _ target: inout UnsafeMutablePointer<UInt8>) {
    target.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    target += text.utf8CodeUnitCount
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
