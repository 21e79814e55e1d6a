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
    guard field.grid == grid else {
      throw ClimateFailure(
        "the weights belong to another grid (\(grid)) than the field (\(field.grid))", kind: .fault)
    }
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
            steps, threads: options.threads ?? Parallel.processors, batch: 16, tool: { ReductionTool() }
          ) { tool, range in
            for step in range {
              field.withPlane(step, scratch: &tool.scratch) {
                reduce($0, step, options, &tool.candidates, output)
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

  /// One step: the cells of each zone in their order.
  private func reduce(
    _ plane: UnsafeBufferPointer<Double>, _ step: Int, _ options: ZonalOptions,
    _ candidates: inout [Int: [Int32]],
    _ output: ZonalOutput
  ) {
    cells.withUnsafeBufferPointer { cells in
      weights.withUnsafeBufferPointer { weights in
        for zone in ids.indices {
          let target = step * ids.count + zone
          var total = 0.0
          var finite = 0.0
          var sum = 0.0
          var base = 0.0
          for index in starts[zone]..<starts[zone + 1] {
            let weight = weights[index]
            let value = plane[Int(cells[index])]
            total += weight
            if value.isFinite {
              if finite == 0 { base = value }
              finite += weight
              sum += weight * (value - base)
            }
          }
          if finite > 0 {
            let share = finite / total
            output.values.elements[target] = base + sum / finite
            output.valid.elements[target] = share
            output.statuses.elements[target] = share < options.minimumValidFraction ? .lowCoverage : .ok
          } else {
            let (status, value) = fallBack(zone, plane, options, &candidates)
            output.statuses.elements[target] = status
            output.values.elements[target] = value
          }
        }
      }
    }
  }

  /// A zone without a value of its own.
  private func fallBack(
    _ zone: Int, _ plane: UnsafeBufferPointer<Double>, _ options: ZonalOptions, _ known: inout [Int: [Int32]]
  ) -> (ZonalStatus, Double) {
    if refusals[zone] != nil { return (.rejected, .nan) }
    guard inGridFractions[zone] > 0, let point = representatives[zone] else { return (.outsideGrid, .nan) }
    guard options.nearest > 0 else { return (.noData, .nan) }
    let candidates = known[zone] ?? NearestCells.around(point, within: options.nearest, on: grid)
    known[zone] = candidates
    for cell in candidates where plane[Int(cell)].isFinite { return (.nearest, plane[Int(cell)]) }
    return (.noData, .nan)
  }
}

/// What one thread uses again from step to step: room, and the cells around zones without values.
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
