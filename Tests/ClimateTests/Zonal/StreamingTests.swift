import FoundationEssentials
import Testing

@testable import Climate

/// Values do not depend on how much of a file is read at a time.
@Suite struct StreamingTests {
  private let steps = 37

  private func maker(_ chunks: [Int]?) -> NetCDFMaker {
    var random = SteadyRandom(50)
    return .modern(
      times: (0..<steps).map { Int64($0) * 3600 }, latitudes: [3, 2, 1, 0], longitudes: [0, 1, 2, 3, 4],
      fields: [
        (
          "t2m", "K",
          (0..<steps * 20).map { $0 % 7 == 0 ? .nan : Float.random(in: 270...310, using: &random) }
        )
      ], chunks: chunks)
  }

  private let zones = [
    Zone(id: "a", shape: .box(0.2, 0.1, 2.7, 2.9)), Zone(id: "b", shape: .box(3.6, -0.4, 4.1, 0.3)),
    Zone(id: "c", geoJSON: nil),
  ]

  private func bits(_ series: ZonalSeries) -> [UInt64] { series.values.map { $0.isNaN ? 0 : $0.bitPattern } }

  @Test(arguments: [nil, [10, 4, 5], [37, 2, 3]] as [[Int]?]) func blocksOfTimesGiveTheSameBits(
    chunks: [Int]?
  ) throws {
    try withClimateFile(maker(chunks)) { file in
      let weights = ZonalWeights(grid: try file.grid, zones: zones)
      let whole = try file.zonalSeries("t2m", weights: weights)
      let variable = try file.variable("t2m")
      // Room for three steps: as many as a block of the file holds are read together all the same.
      let ranges = variable.blocksOfTimes(bytes: 3 * 20 * 4)
      #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == steps)
      #expect(zip(ranges.dropFirst(), ranges).allSatisfy { $0.lowerBound == $1.upperBound })
      if let depth = chunks?[0] { #expect(ranges.allSatisfy { $0.lowerBound % depth == 0 }) }
      let parts = try ranges.map { try weights.means(of: variable.read($0)) }
      let joined = ZonalSeries(joining: parts)
      #expect(bits(joined) == bits(whole))
      #expect(joined.statuses == whole.statuses && joined.times == whole.times && joined.stepCount == steps)
      #expect(variable.blocksOfTimes(bytes: 1 << 20) == [0..<steps])
    }
  }

  @Test(arguments: [1, 3]) func blockByBlockGivesTheSameBits(threads: Int) throws {
    try withClimateFile(maker([10, 4, 5])) { file in
      let grid = try file.grid
      let weights = ZonalWeights(grid: grid, zones: zones)
      let options = ZonalOptions(threads: threads)
      var parts: [ZonalSeries] = []
      var next = 0
      try file.forEachBlock("t2m", threads: threads, weights: { ZonalWeights(grid: grid, zones: zones) }) {
        #expect($1 == next)
        next += $2.times.count
        parts.append(try $0.means(of: $2, options: options))
        #expect($0.ids == ["a", "b", "c"])
      }
      #expect(bits(ZonalSeries(joining: parts)) == bits(try file.zonalSeries("t2m", weights: weights)))
    }
  }

  @Test func anErrorOfEitherSideComesThrough() throws {
    try withClimateFile(maker(nil)) { file in
      #expect { () throws in
        try file.forEachBlock(
          "t2m", threads: 2, weights: { throw ClimateFailure("no polygons") }
        ) { _, _, _ in }
      } throws: {
        "\($0)".contains("no polygons")
      }
    }
  }
}
