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
    try check(field)
    let steps = max(field.times.count, 1)
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
              field.withPlanes(some, scratch: &tool.scratch) {
                reduce($0, some, options, &tool.candidates, output)
              }
            }
          }
        }
      }
    }
    return ZonalSeries(
      ids: ids, times: field.times, versions: field.versions, refusals: refusals,
      inGridFractions: inGridFractions,
      values: values, statuses: statuses, validFractions: valid, stepCount: steps)
  }

  /// Throws where the field lies on another grid.
  func check(_ field: Field) throws {
    guard field.grid == grid else {
      throw ClimateFailure(
        "the weights belong to another grid (\(grid)) than the field (\(field.grid))", kind: .fault)
    }
  }

  /// Up to eight steps side by side, the cells of each zone in their order: each step has the bits that it would have
  /// alone.
  func reduce(
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
              output.valid.elements[target] = 0
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

extension ZonalOutput {
  /// Room of its own for so many values.
  init(capacity: Int) {
    values = SharedBuffer(elements: .allocate(capacity: capacity))
    statuses = SharedBuffer(elements: .allocate(capacity: capacity))
    valid = SharedBuffer(elements: .allocate(capacity: capacity))
    values.elements.initialize(repeating: .nan)
    statuses.elements.initialize(repeating: .ok)
    valid.elements.initialize(repeating: 0)
  }

  func deallocate() {
    values.elements.deallocate()
    statuses.elements.deallocate()
    valid.elements.deallocate()
  }
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

  /// Hands over a variable block by block, so that memory holds one block and no more.
  ///
  /// - Parameters:
  ///   - weights: worked out while the first block is read.
  ///   - body: gets the weights, the number of the first step, and the values of some steps.
  package func forEachBlock(
    _ name: String, threads: Int? = nil, weights: @Sendable () throws -> ZonalWeights,
    _ body: (ZonalWeights, Int, Field) throws -> Void
  ) throws {
    let variable = try variable(name)
    let threads = threads ?? Parallel.processors
    // Times of several files need not be cut where the blocks of these are: few cuts then.
    let isOnePiece = variable.panels.count == 1 && variable.panels[0].pieces.count == 1
    let blocks = variable.blocksOfTimes(bytes: isOnePiece ? 32 << 20 : 256 << 20)
    let first = { @Sendable in try variable.read(blocks[0], threads: threads) }
    var (made, field): (ZonalWeights, Field?) =
      try threads == 1 ? (weights(), first()) : Parallel.both(weights, first)
    for (number, block) in blocks.enumerated() {
      // Let go of one block before the next is read, which takes its memory.
      if number > 0 {
        field = nil
        field = try variable.read(block, threads: threads)
      }
      if let field { try body(made, block.lowerBound, field) }
    }
  }
}

extension ClimateVariable {
  /// Ranges of times that fit into the given memory, cut where the blocks of the file are.
  func blocksOfTimes(bytes: Int) -> [Range<Int>] {
    let step = grid.cellCount * (panels.allSatisfy { $0.pieces.allSatisfy(\.piece.isPlainFloat) } ? 4 : 8)
    guard step * stepCount > bytes else { return [0..<stepCount] }
    let depth =
      panels.compactMap { panel in
        panel.pieces.map(\.piece).compactMap { piece in
          piece.layout.time.flatMap { piece.file.blockDepth(piece.variable, dimension: $0) }
        }.max()
      }.max() ?? 1
    let count = max(1, bytes / (step * depth)) * depth
    return stride(from: 0, to: stepCount, by: count).map { $0..<min($0 + count, stepCount) }
  }
}
