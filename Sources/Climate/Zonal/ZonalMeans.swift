internal import Essentials

/// Means over zones.
extension ZonalWeights {
  /// The mean of a field over each zone at each time, in the unit of the field.
  ///
  /// Value = sum of weight x value / sum of weight, over the cells that have a value, added up in float64 row by row.
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
            steps, threads: options.threads ?? Parallel.processors, batch: 16, tool: { NearestMemory() }
          ) { memory, range in
            switch field.values {
            case .floats(let numbers):
              numbers.withUnsafeBufferPointer { reduce($0, range, options, &memory, output) }
            case .doubles(let numbers):
              numbers.withUnsafeBufferPointer { reduce($0, range, options, &memory, output) }
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

  @inline(__always)
  private func reduce<Number: BinaryFloatingPoint>(
    _ numbers: UnsafeBufferPointer<Number>, _ steps: Range<Int>, _ options: ZonalOptions,
    _ memory: inout NearestMemory, _ output: ZonalOutput
  ) {
    cells.withUnsafeBufferPointer { cells in
      weights.withUnsafeBufferPointer { weights in
        for step in steps {
          let plane = UnsafeBufferPointer(
            rebasing: numbers[step * grid.cellCount..<(step + 1) * grid.cellCount])
          for zone in ids.indices {
            let target = step * ids.count + zone
            var total = 0.0
            var finite = 0.0
            var sum = 0.0
            for index in starts[zone]..<starts[zone + 1] {
              let weight = weights[index]
              let value = Double(plane[Int(cells[index])])
              total += weight
              if value.isFinite {
                finite += weight
                sum += weight * value
              }
            }
            if finite > 0 {
              let share = finite / total
              output.values.elements[target] = sum / finite
              output.valid.elements[target] = share
              output.statuses.elements[target] = share < options.minimumValidFraction ? .lowCoverage : .ok
            } else {
              let (status, value) = fallBack(zone, plane, options, &memory)
              output.statuses.elements[target] = status
              output.values.elements[target] = value
            }
          }
        }
      }
    }
  }

  /// A zone without a value of its own.
  private func fallBack<Number: BinaryFloatingPoint>(
    _ zone: Int, _ plane: UnsafeBufferPointer<Number>, _ options: ZonalOptions, _ memory: inout NearestMemory
  ) -> (ZonalStatus, Double) {
    if refusals[zone] != nil { return (.rejected, .nan) }
    guard inGridFractions[zone] > 0, let point = representatives[zone] else { return (.outsideGrid, .nan) }
    guard options.nearest > 0 else { return (.noData, .nan) }
    let candidates: [Int32]
    if let known = memory.candidates[zone] {
      candidates = known
    } else {
      candidates = NearestCells.around(point, within: options.nearest, on: grid)
      memory.candidates[zone] = candidates
    }
    for cell in candidates where plane[Int(cell)].isFinite { return (.nearest, Double(plane[Int(cell)])) }
    return (.noData, .nan)
  }
}

/// What one thread has looked up already.
struct NearestMemory {
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
  /// - Throws: ``ClimateFailure`` where there is no such variable, or it lies on another grid than the weights.
  public func zonalSeries(
    _ name: String, weights: ZonalWeights, options: ZonalOptions = ZonalOptions()
  ) throws -> ZonalSeries {
    try weights.means(of: read(name), options: options)
  }
}
