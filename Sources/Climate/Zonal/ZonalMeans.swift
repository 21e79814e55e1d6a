internal import Essentials

/// Means over zones.
extension ZonalWeights {
  /// The mean of a field over each zone at each time, in the unit of the field.
  ///
  /// Value = sum of weight x value / sum of weight, over the cells that have a value, added up in float64 row by row.
  /// The sum is taken over differences from the first of these values, which makes the mean of equal values exactly
  /// that value.
  /// - Throws: ``ClimateFailure`` where the field lies on another grid.
  public func means(of field: Field, options: ZonalOptions = ZonalOptions()) throws -> ZonalSeries {
    try means(of: field, steps: 0..<max(field.times.count, 1), options: options)
  }

  /// The same of some of the field's steps only.
  package func means(of field: Field, steps range: Range<Int>, options: ZonalOptions) throws -> ZonalSeries {
    guard field.grid == grid else {
      throw ClimateFailure(
        "the weights belong to another grid (\(grid)) than the field (\(field.grid))", kind: .fault)
    }
    let steps = range.count
    let zones = ids.count
    var values = [Double](repeating: .nan, count: steps * zones)
    var statuses = [ZonalStatus](repeating: .ok, count: steps * zones)
    var valid = [Double](repeating: 0, count: steps * zones)
    values.withUnsafeMutableBufferPointer { valueBuffer in
      statuses.withUnsafeMutableBufferPointer { statusBuffer in
        valid.withUnsafeMutableBufferPointer { validBuffer in
          let output = ZonalOutput(
            values: SharedBuffer(elements: valueBuffer), statuses: SharedBuffer(elements: statusBuffer),
            valid: SharedBuffer(elements: validBuffer))
          Parallel.forEachBatch(
            (steps + 7) / 8, threads: options.threads ?? Parallel.processors, batch: 2,
            tool: { ReductionTool() }
          ) { tool, batch in
            for group in batch {
              let some = group * 8..<min(group * 8 + 8, steps)
              let times = range.lowerBound + some.lowerBound..<range.lowerBound + some.upperBound
              field.withPlanes(times, scratch: &tool.scratch) {
                reduce($0, some, options, &tool.candidates, output)
              }
            }
          }
        }
      }
    }
    return ZonalSeries(
      ids: ids, times: field.times.isEmpty ? [] : Array(field.times[range]),
      versions: Array(field.versions[range]), refusals: refusals,
      inGridFractions: inGridFractions,
      values: values, statuses: statuses, validFractions: valid, stepCount: steps)
  }

  /// Up to eight steps side by side, the cells of each zone in their order: each step has the bits that it would have
  /// alone.
  private func reduce(
    _ planes: UnsafeBufferPointer<SIMD8<Double>>, _ steps: Range<Int>, _ options: ZonalOptions,
    _ candidates: inout [Int: [Int32]], _ output: ZonalOutput
  ) {
    let none = SIMD8<Double>(repeating: 0)
    cells.withUnsafeBufferPointer { cells in
      weights.withUnsafeBufferPointer { weights in
        for zone in ids.indices {
          let range = starts[zone]..<starts[zone + 1]
          // What values are counted from: the first that there is.
          var base = SIMD8<Double>(repeating: .nan)
          for index in range {
            let values = planes[Int(cells[index])]
            base.replace(with: values, where: (base .!= base) .& ((values - values) .== none))
            if all(base .== base) { break }
          }
          var total = 0.0
          var finite = none
          var sum = none
          for index in range {
            let weight = weights[index]
            let values = planes[Int(cells[index])]
            total += weight
            // What is not finite gives NaN when it is taken from itself.
            let isFinite = (values - values) .== none
            finite += none.replacing(with: weight, where: isFinite)
            sum += none.replacing(with: (values - base) * weight, where: isFinite)
          }
          let shares = finite / total
          let means = base + sum / finite
          for (lane, step) in steps.enumerated() {
            let target = step * ids.count + zone
            if finite[lane] > 0 {
              output.values.elements[target] = means[lane]
              output.valid.elements[target] = shares[lane]
              output.statuses.elements[target] =
                shares[lane] < options.minimumValidFraction ? .lowCoverage : .ok
            } else {
              let (status, value) = fallBack(zone, planes, lane, options, &candidates)
              output.statuses.elements[target] = status
              output.values.elements[target] = value
            }
          }
        }
      }
    }
  }

  /// A zone without a value of its own.
  private func fallBack(
    _ zone: Int, _ planes: UnsafeBufferPointer<SIMD8<Double>>, _ lane: Int, _ options: ZonalOptions,
    _ known: inout [Int: [Int32]]
  ) -> (ZonalStatus, Double) {
    if refusals[zone] != nil { return (.rejected, .nan) }
    guard inGridFractions[zone] > 0, let point = representatives[zone] else { return (.outsideGrid, .nan) }
    guard options.nearest > 0 else { return (.noData, .nan) }
    let candidates = known[zone] ?? nearest.cells(ofZone: zone, point, within: options.nearest, on: grid)
    known[zone] = candidates
    for cell in candidates where planes[Int(cell)][lane].isFinite {
      return (.nearest, planes[Int(cell)][lane])
    }
    return (.noData, .nan)
  }
}

/// What one thread uses again from step to step: room, and the cells around zones without values, without a lock.
private struct ReductionTool {
  var scratch = PlaneScratch()
  var candidates: [Int: [Int32]] = [:]
}

/// Where the threads write; each step belongs to one of them.
struct ZonalOutput: Sendable {
  let values: SharedBuffer<Double>
  let statuses: SharedBuffer<ZonalStatus>
  let valid: SharedBuffer<Double>
}

extension ClimateFile {
  /// The mean of a variable over each zone at each time, in the variable's own unit.
  ///
  /// Reads the whole variable, or where that is more than 256 MB, as many times together as one block of the file holds.
  /// - Throws: ``ClimateFailure`` where there is no such variable, or it lies on another grid than the weights.
  public func zonalSeries(
    _ name: String, weights: ZonalWeights, options: ZonalOptions = ZonalOptions()
  ) throws -> ZonalSeries {
    let variable = try variable(name)
    let threads = options.threads ?? Parallel.processors
    let parts = try variable.blocksOfTimes(bytes: 256 << 20).map { range in
      try weights.means(of: variable.read(range, threads: threads), options: options)
    }
    return ZonalSeries(joining: parts)
  }

  /// The same handed over step by step, a few together, so that memory holds one block of the variable and no more.
  ///
  /// - Parameters:
  ///   - weights: worked out while the first block is read.
  ///   - body: gets the weights, the number of the first step, and the series of some steps.
  package func forEachSeries(
    _ name: String, options: ZonalOptions, weights: @Sendable () throws -> ZonalWeights,
    _ body: (ZonalWeights, Int, ZonalSeries) throws -> Void
  ) throws {
    let variable = try variable(name)
    let threads = options.threads ?? Parallel.processors
    let blocks = variable.blocksOfTimes(bytes: 256 << 20)
    let first = { @Sendable in try variable.read(blocks[0], threads: threads) }
    let (made, field) =
      try threads == 1 ? (weights(), first()) : Parallel.both(weights, first)
    for (number, block) in blocks.enumerated() {
      let field = try number == 0 ? field : variable.read(block, threads: threads)
      for start in stride(from: 0, to: block.count, by: 64) {
        let range = start..<min(start + 64, block.count)
        try body(made, block.lowerBound + start, made.means(of: field, steps: range, options: options))
      }
    }
  }
}

extension ClimateVariable {
  /// Ranges of times that fit into the given memory, cut where the blocks of the file are.
  func blocksOfTimes(bytes: Int) -> [Range<Int>] {
    let step = grid.cellCount * (panels.allSatisfy { $0.pieces.allSatisfy(\.isPlainFloat) } ? 4 : 8)
    guard step * stepCount > bytes else { return [0..<stepCount] }
    let depth =
      panels.compactMap { panel in
        panel.pieces.compactMap { piece in
          piece.layout.time.flatMap { piece.file.blockDepth(piece.variable, dimension: $0) }
        }.max()
      }.max() ?? 1
    let count = max(1, bytes / (step * depth)) * depth
    return stride(from: 0, to: stepCount, by: count).map { $0..<min($0 + count, stepCount) }
  }
}
