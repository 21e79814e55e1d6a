import Climate
import FoundationEssentials
import Testing

/// Every layout, in files that the tests write themselves.
@Suite struct LayoutTests {
  private func seconds(_ dates: [Date]) -> [Int] { dates.map { Int($0.timeIntervalSince1970) } }

  private func values(_ field: Field) -> [Double] {
    (0..<max(field.times.count, 1)).flatMap { time in
      (0..<field.grid.rowCount).flatMap { row in
        (0..<field.grid.columnCount).map { field[time: time, row: row, column: $0] }
      }
    }
  }

  @Test func modernWithExpverAsAVector() throws {
    let maker = NetCDFMaker.modern(
      times: [1_704_067_200, 1_706_745_600], latitudes: [2, 1, 0], longitudes: [10, 11],
      expver: ["0001", "0005"],
      fields: [
        ("t2m", "K", [1, 2, 3, 4, .nan, 6, 7, 8, 9, 10, 11, 12]), ("tp", "m", (0..<12).map { Float($0) / 4 }),
      ])
    try withClimateFile(maker) { file throws in
      #expect(file.variables.map(\.name) == ["t2m", "tp"])
      let variable = try file.variable("t2m")
      #expect(variable.units == "K")
      #expect(variable.grid.latitudes == [2, 1, 0])
      #expect(variable.grid.longitudes == [10, 11])
      #expect(seconds(variable.times) == [1_704_067_200, 1_706_745_600])
      #expect(variable.versions == [.final, .preliminary])
      let field = try file.read("t2m")
      #expect(field[time: 0, row: 1, column: 1] == 4)
      #expect(field[time: 0, row: 2, column: 0].isNaN)
      #expect(field[time: 1, row: 2, column: 1] == 12)
      #expect(try values(file.read("tp", times: 1..<2)) == [1.5, 1.75, 2, 2.25, 2.5, 2.75])
    }
  }

  @Test func expverAsAScalarOrNotThere() throws {
    for (expver, version) in [(["0005"], DataVersion.preliminary), (nil, .unknown)]
      as [([String]?, DataVersion)]
    {
      let maker = NetCDFMaker.modern(
        times: [0, 3600], latitudes: [1, 0], longitudes: [0, 1], expver: expver,
        fields: [("t2m", "K", (0..<8).map { Float($0) })])
      try withClimateFile(maker) { file throws in
        #expect(try file.variable("t2m").versions == [version, version])
      }
    }
  }

  /// NetCDF-3, packed shorts, `expver` a dimension: what one slice has, the other lacks.
  private func legacy() -> NetCDFMaker {
    let fill = Int16(-32767)
    let slices: [Int16] = [0, 10, 20, 30, fill, fill, fill, fill, fill, fill, fill, fill, 40, 50, 60, fill]
    return NetCDFMaker(
      dimensions: [("longitude", 2), ("latitude", 2), ("expver", 2), ("time", 2)],
      variables: [
        .init(
          name: "longitude", dimensions: ["longitude"], values: .floats([0.1, 0.2], fill: nil),
          attributes: [("units", "degrees_east")]),
        .init(
          name: "latitude", dimensions: ["latitude"], values: .floats([0.1, 0.2], fill: nil),
          attributes: [("units", "degrees_north")]),
        .init(name: "expver", dimensions: ["expver"], values: .integers([1, 5])),
        .init(
          name: "time", dimensions: ["time"], values: .integers([1_096_488, 1_096_489]),
          attributes: [("units", "hours since 1900-01-01 00:00:00.0"), ("calendar", "gregorian")]),
        .init(
          name: "t2m", dimensions: ["time", "expver", "latitude", "longitude"],
          values: .shorts(slices, scale: 0.5, offset: 250), attributes: [("units", "K")]),
      ], classic: true)
  }

  @Test func legacyWithExpverAsADimension() throws {
    try withClimateFile(legacy()) { file throws in
      let variable = try file.variable("t2m")
      // 45,687 days from 1900-01-01 to 2025-02-01.
      #expect(seconds(variable.times) == [1_738_368_000, 1_738_371_600])
      #expect(variable.versions == [.final, .preliminary])
      // The coordinates are floats, and taken as they are.
      #expect(variable.grid.latitudes == [Double(Float(0.1)), Double(Float(0.2))])
      let field = try file.read("t2m")
      #expect(values(field).prefix(7) == [250, 255, 260, 265, 270, 275, 280])
      #expect(field[time: 1, row: 1, column: 1].isNaN)
    }
  }

  @Test func whereBothVersionsHaveAValueTheFinalOneCounts() throws {
    var maker = legacy()
    maker.variables[2] = .init(name: "expver", dimensions: ["expver"], values: .integers([5, 1]))
    // At the first time both slices have all values, at the second the final one lacks the last.
    let slices: [Int16] = [40, 40, 40, 40, 0, 10, 20, 30, 50, 50, 50, 50, 4, 14, 24, -32767]
    maker.variables[4] = .init(
      name: "t2m", dimensions: ["time", "expver", "latitude", "longitude"],
      values: .shorts(slices, scale: 0.5, offset: 250), attributes: [("units", "K")])
    try withClimateFile(maker) { file throws in
      #expect(try file.variable("t2m").versions == [.final, .preliminary])
      #expect(try values(file.read("t2m")) == [250, 255, 260, 265, 252, 257, 262, 275])
    }
  }

  @Test func versionsThatAreNoNumbersAreUnknown() throws {
    var maker = NetCDFMaker.modern(
      times: [0, 3600, 7200], latitudes: [1, 0], longitudes: [0, 1],
      fields: [("t2m", "K", (0..<12).map { Float($0) })])
    maker.variables.append(.init(name: "expver", dimensions: ["valid_time"], values: .doubles([1, .nan, 5])))
    try withClimateFile(maker) { file throws in
      #expect(try file.variable("t2m").versions == [.final, .unknown, .preliminary])
    }
  }

  @Test("A file whose variable has no times is refused") func aFileWithoutTimesIsRefused() throws {
    let maker = NetCDFMaker.modern(
      times: [], latitudes: [1, 0], longitudes: [0, 1], fields: [("t2m", "K", [])])
    #expect {
      try withClimateFile(maker) { _ in }
    } throws: {
      "\($0)".contains("t2m of ") && "\($0)".contains("has no times")
    }
  }

  @Test func dimensionsInAnotherOrder() throws {
    var maker = NetCDFMaker.modern(
      times: [0, 3600], latitudes: [5, 6, 7], longitudes: [0, 1],
      fields: [("t2m", "K", Array(repeating: 0, count: 12))])
    // longitude, time, latitude: value = 100 x time + 10 x row + column
    let values: [Float] = [0, 10, 20, 100, 110, 120, 1, 11, 21, 101, 111, 121]
    maker.variables[4] = .init(
      name: "t2m", dimensions: ["longitude", "valid_time", "latitude"], values: .floats(values, fill: .nan))
    try withClimateFile(maker) { file throws in
      let field = try file.read("t2m")
      #expect(self.values(field) == [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121])
    }
  }

  @Test func oneTimeAsAScalarOrNoTime() throws {
    let coordinates: [NetCDFMaker.Variable] = [
      .init(name: "lat", dimensions: ["lat"], values: .doubles([1, 0])),
      .init(name: "lon", dimensions: ["lon"], values: .doubles([0, 1, 2])),
      .init(name: "t2m", dimensions: ["lat", "lon"], values: .floats([1, 2, 3, 4, 5, 6], fill: nil)),
    ]
    let dimensions = [("lat", 2), ("lon", 3)]
    try withClimateFile(NetCDFMaker(dimensions: dimensions, variables: coordinates)) { file throws in
      #expect(try file.variable("t2m").times.isEmpty)
      #expect(try values(file.read("t2m")) == [1, 2, 3, 4, 5, 6])
    }
    // A forecast says when it began as well: the time of validity counts.
    let scalars: [NetCDFMaker.Variable] = [
      .init(
        name: "time", dimensions: [], values: .wide([0]),
        attributes: [("units", "seconds since 1970-01-01"), ("standard_name", "forecast_reference_time")]),
      .init(
        name: "valid_time", dimensions: [], values: .doubles([1.5]),
        attributes: [("units", "days since 2020-01-01"), ("standard_name", "time")]),
    ]
    try withClimateFile(NetCDFMaker(dimensions: dimensions, variables: coordinates + scalars)) {
      file throws in
      #expect(try seconds(file.variable("t2m").times) == [1_577_836_800 + 129_600])
    }
  }

  @Test(arguments: [[4, 3, 5], [2, 3, 5], [3, 2, 2], [1, 1, 5], [4, 2, 3]], [true, false])
  func blocksOfEveryShapeGiveTheSameValues(chunks: [Int], shuffled: Bool) throws {
    var random = SteadyRandom(20)
    let numbers: [Float] = (0..<60).map { $0 % 13 == 0 ? .nan : Float.random(in: 200...320, using: &random) }
    let maker = NetCDFMaker.modern(
      times: [0, 3600, 7200, 10800], latitudes: [2, 1, 0], longitudes: [0, 1, 2, 3, 4],
      fields: [("t2m", "K", numbers)], chunks: chunks, shuffled: shuffled)
    try withClimateFile(maker) { file throws in
      for range in [0..<4, 1..<3, 3..<4, 0..<3] {
        let found = try values(file.read("t2m", times: range)).map { Float($0).bitPattern }
        #expect(found == numbers[range.lowerBound * 15..<range.upperBound * 15].map(\.bitPattern))
      }
    }
  }

  @Test func numbersThatMeanNoValue() throws {
    var maker = NetCDFMaker.modern(
      times: [0], latitudes: [1, 0], longitudes: [0, 1], fields: [("t2m", "K", [1, -999, 3, .nan])],
      chunks: [1, 2, 2])
    maker.variables[4] = .init(
      name: "t2m", dimensions: ["valid_time", "latitude", "longitude"],
      values: .floats([1, -999, 3, .nan], fill: -999),
      chunks: [1, 2, 2])
    try withClimateFile(maker) { file throws in
      let field = try file.read("t2m")
      #expect(values(field).map(\.isNaN) == [false, true, false, true])
    }
  }

  @Test func whatIsNotSupportedIsSaid() throws {
    var levels = NetCDFMaker.modern(
      times: [0], latitudes: [1, 0], longitudes: [0, 1], fields: [("t", "K", [0, 0, 0, 0])])
    levels.dimensions.append(("level", 2))
    levels.variables[4] = .init(
      name: "t", dimensions: ["level", "latitude", "longitude"],
      values: .floats(Array(repeating: 0, count: 8), fill: nil))
    #expect { try withClimateFile(levels) { _ in } } throws: {
      "\($0)".contains("a dimension level of length 2")
    }

    var calendar = NetCDFMaker.modern(
      times: [0], latitudes: [1, 0], longitudes: [0, 1], fields: [("t", "K", [0, 0, 0, 0])])
    calendar.variables[0].attributes[2] = ("calendar", "360_day")
    #expect { try withClimateFile(calendar) { _ in } } throws: { "\($0)".contains("360_day") }

    let maker = NetCDFMaker.modern(
      times: [0], latitudes: [1, 0], longitudes: [0, 1], fields: [("t2m", "K", [0, 0, 0, 0])])
    try withClimateFile(maker) { file throws in
      #expect { try file.variable("tp") } throws: { "\($0)".contains("It has t2m.") }
    }
  }

  @Test func missingTimesAreFound() throws {
    let maker = NetCDFMaker.modern(
      times: [0, 3600, 10800], latitudes: [1, 0], longitudes: [0, 1],
      fields: [("t2m", "K", Array(repeating: 0, count: 12))])
    try withClimateFile(maker) { file throws in
      let wanted = Stamps.hourly(
        from: Date(timeIntervalSince1970: 0), through: Date(timeIntervalSince1970: 14_400))
      #expect(try seconds(file.variable("t2m").missing(wanted)) == [7200, 14_400])
    }
  }

  @Test func aTimeThatOnlyOneHalfOfAGridHasIsMissing() throws {
    let halves = [([0, 3600, 7200], [179.0, 180]), ([0, 7200], [-179.0, -178])] as [([Int64], [Double])]
    let makers = halves.map { times, longitudes in
      NetCDFMaker.modern(
        times: times, latitudes: [1, 0], longitudes: longitudes,
        fields: [("t2m", "K", Array(repeating: 1, count: times.count * 4))])
    }
    try withTemporaryFile { west throws in
      try withTemporaryFile { east throws in
        try makers[0].write(to: west)
        try makers[1].write(to: east)
        let variable = try ClimateFile(paths: [west, east]).variable("t2m")
        #expect(seconds(variable.times) == [0, 3600, 7200])
        let wanted = [0, 3600, 7200, 10_800].map { Date(timeIntervalSince1970: $0) }
        #expect(seconds(variable.missing(wanted)) == [3600, 10_800])
      }
    }
  }
}
