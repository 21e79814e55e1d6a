/// Zonal statistics as CSV (RFC 4180, line feeds), numbers with 17 significant digits.
package enum ZonalTable {
  package static let seriesHeader = "id,step,time,value,status,valid_fraction,in_grid_fraction\n"
  package static let coverageHeader = "id,row,col,fraction\n"

  /// The values of a series, step by step, the zones of each in their order; hands over blocks of text.
  package static func write(_ series: ZonalSeries, to sink: ([UInt8]) throws -> Void) throws {
    var bytes = Array(seriesHeader.utf8)
    let ids = series.ids.map { Array(field($0).utf8) }
    let inGrid = series.inGridFractions.map(text17)
    let statuses = Dictionary(
      uniqueKeysWithValues: ZonalStatus.allCases.map { ($0, Array(",\($0.rawValue),".utf8)) })
    // Mostly the same at all times.
    var lastShare = [Double](repeating: .nan, count: ids.count)
    var shares = [[UInt8]](repeating: [], count: ids.count)
    for step in 0..<series.stepCount {
      let middle = Array(",\(step),\(series.times.isEmpty ? "" : ISOTime.text(series.times[step])),".utf8)
      for zone in ids.indices {
        let index = step * ids.count + zone
        let status = series.statuses[index]
        bytes += ids[zone]
        bytes += middle
        if status.hasValue { DecimalText.append17(series.values[index], to: &bytes) }
        bytes += statuses[status] ?? []
        let share = series.validFractions[index]
        if share != lastShare[zone] {
          lastShare[zone] = share
          shares[zone] = text17(share)
        }
        bytes += shares[zone]
        bytes.append(UInt8(ascii: ","))
        bytes += inGrid[zone]
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count > 1 << 20 {
          try sink(bytes)
          bytes.removeAll(keepingCapacity: true)
        }
      }
    }
    try sink(bytes)
  }

  /// The covered fraction of each cell of each zone.
  package static func writeCoverage(_ weights: ZonalWeights, to sink: ([UInt8]) throws -> Void) throws {
    var bytes = Array(coverageHeader.utf8)
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

  private static func text17(_ value: Double) -> [UInt8] {
    var bytes: [UInt8] = []
    DecimalText.append17(value, to: &bytes)
    return bytes
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
