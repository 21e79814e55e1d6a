import Climate
import FoundationEssentials
import Testing

/// What the coordinates of a file say counts, to the last digit.
@Suite("Coordinates of a file") struct CoordinateTests {
  private func seconds(_ dates: [Date]) -> [Int] { dates.map { Int($0.timeIntervalSince1970) } }

  @Test("Edges are midpoints of coordinates as they are stored, floats too") func floatsAreNotTidied() throws
  {
    var maker = NetCDFMaker.modern(
      times: [0], latitudes: [12, 11.9], longitudes: [-14, -13.9], fields: [("t2m", "K", [1, 2, 3, 4])])
    maker.variables[1] = .init(
      name: "latitude", dimensions: ["latitude"], values: .floats([12, 11.9], fill: nil),
      attributes: [("units", "degrees_north")])
    maker.variables[2] = .init(
      name: "longitude", dimensions: ["longitude"], values: .floats([-14, -13.9], fill: nil),
      attributes: [("units", "degrees_east")])
    try withClimateFile(maker) { file throws in
      let grid = try file.grid
      // The floats nearest to 11.9 and -13.9 end in 0.899999618530273; 11.95 as the midpoint is 3.8e-7 / 2 too far south.
      #expect(grid.latitudes == [12, 11.899999618530273])
      #expect(grid.longitudes == [-14, -13.899999618530273])
      // A box from 11.95 to 11.99 and from -14 to -13.96 lies in one cell, whose sides are both 0.100000381469727.
      let side = 0.100000381469727
      let weights = ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: .box(-14, 11.95, -13.96, 11.99))])
      let cells = weights.coverage(ofZone: 0)
      #expect(cells.count == 1 && cells[0].row == 0 && cells[0].column == 0)
      #expect(abs(cells[0].fraction - 0.04 * 0.04 / (side * side)) < 1e-12)
    }
  }

  @Test("Coordinates may be packed") func packed() throws {
    var maker = NetCDFMaker.modern(
      times: [0], latitudes: [12, 11.5], longitudes: [-14, -13.5], fields: [("t2m", "K", [1, 2, 3, 4])])
    maker.variables[0] = .init(
      name: "valid_time", dimensions: ["valid_time"], values: .shorts([2], scale: 6, offset: 12),
      attributes: [("units", "hours since 1970-01-01"), ("standard_name", "time")])
    maker.variables[1] = .init(
      name: "latitude", dimensions: ["latitude"], values: .shorts([4, 3], scale: 0.5, offset: 10),
      attributes: [("units", "degrees_north")])
    maker.variables[2] = .init(
      name: "longitude", dimensions: ["longitude"], values: .shorts([-56, -54], scale: 0.25, offset: 0),
      attributes: [("units", "degrees_east")])
    try withClimateFile(maker) { file throws in
      #expect(try file.grid.latitudes == [12, 11.5])
      #expect(try file.grid.longitudes == [-14, -13.5])
      // Twice six hours after noon.
      #expect(seconds(try file.variable("t2m").times) == [86_400])
    }
  }

  @Test("Signed numbers that stand for unsigned ones are refused, and spoil no others") func unsigned() throws
  {
    var maker = NetCDFMaker.modern(
      times: [0], latitudes: [12, 11.5], longitudes: [-14, -13.5], fields: [("t2m", "K", [1, 2, 3, 4])])
    maker.variables.append(
      .init(
        name: "cover", dimensions: ["latitude", "longitude"], values: .bareShorts([1, 2, -1, 4]),
        attributes: [("_Unsigned", "true")]))
    // Where the type says so already there is nothing wrong.
    maker.variables.append(
      .init(
        name: "count", dimensions: ["latitude", "longitude"], values: .unsignedShorts([1, 2, 65_000, 4]),
        attributes: [("_Unsigned", "true")]))
    try withClimateFile(maker) { file throws in
      #expect(try file.read("t2m")[time: 0, row: 0, column: 1] == 2)
      #expect(try file.read("count")[time: 0, row: 1, column: 0] == 65_000)
      #expect {
        try file.read("cover")
      } throws: {
        "\($0)".contains("cover of") && "\($0)".contains("is marked _Unsigned")
      }
    }
  }

  /// Three steps of which each holds its number; the reference times are days apart.
  private func forecast(_ valid: [NetCDFMaker.Variable]) -> NetCDFMaker {
    NetCDFMaker(
      dimensions: [
        ("forecast_reference_time", 3), ("forecast_period", 1), ("latitude", 1), ("longitude", 2),
      ],
      variables: [
        .init(
          name: "forecast_reference_time", dimensions: ["forecast_reference_time"],
          values: .wide([0, 86_400, 172_800]),
          attributes: [
            ("units", "seconds since 1970-01-01"), ("standard_name", "forecast_reference_time"),
          ]),
        .init(
          name: "forecast_period", dimensions: ["forecast_period"], values: .doubles([6]),
          attributes: [("units", "hours"), ("standard_name", "forecast_period")]),
        .init(
          name: "latitude", dimensions: ["latitude"], values: .doubles([0]),
          attributes: [("units", "degrees_north")]),
        .init(
          name: "longitude", dimensions: ["longitude"], values: .doubles([0, 1]),
          attributes: [("units", "degrees_east")]),
        .init(
          name: "t2m", dimensions: ["forecast_reference_time", "forecast_period", "latitude", "longitude"],
          values: .floats([0, 0, 1, 1, 2, 2], fill: .nan)),
      ] + valid)
  }

  @Test("The time of a forecast is when it is valid, not when it began") func forecasts() throws {
    let units = ("units", "seconds since 1970-01-01")
    let valid = NetCDFMaker.Values.wide([21_600, 108_000, 194_400])
    let dimensions = ["forecast_reference_time", "forecast_period"]
    for beside in [
      NetCDFMaker.Variable(
        name: "validity", dimensions: dimensions, values: valid,
        attributes: [units, ("standard_name", "time")]),
      NetCDFMaker.Variable(name: "valid_time", dimensions: dimensions, values: valid, attributes: [units]),
    ] {
      try withClimateFile(forecast([beside])) { file throws in
        #expect(try seconds(file.variable("t2m").times) == [21_600, 108_000, 194_400])
        #expect(try file.read("t2m", times: 1..<2)[time: 0, row: 0, column: 1] == 1)
      }
    }
    // Without such a coordinate, and beside one of another length, what there is counts.
    let lone = NetCDFMaker.Variable(
      name: "valid_time", dimensions: ["forecast_period"], values: .wide([21_600]), attributes: [units])
    for beside in [[], [lone]] {
      try withClimateFile(forecast(beside)) { file throws in
        #expect(try seconds(file.variable("t2m").times) == [0, 86_400, 172_800])
      }
    }
  }

  @Test("Times in a unit that is not understood are refused with it") func unknownUnits() throws {
    for count in 1...2 {
      var maker = NetCDFMaker.modern(
        times: [0, 1].prefix(count).map { $0 }, latitudes: [1, 0], longitudes: [0, 1],
        fields: [("t2m", "K", Array(repeating: 0, count: 4 * count))])
      maker.variables[0].attributes[0] = ("units", "months since 2025-07-01")
      #expect("\(count) times") {
        try withClimateFile(maker) { _ in }
      } throws: {
        "\($0)".contains("valid_time of ")
          && "\($0)".contains("counts in \"months since 2025-07-01\", which is not understood")
      }
    }
  }

  @Test("The calendar of a file decides about origins before 1582") func calendars() throws {
    for (calendar, days) in [("gregorian", 739_600), ("standard", 739_600), ("proleptic_gregorian", 739_598)]
    {
      var maker = NetCDFMaker.modern(
        times: [Int64(days)], latitudes: [1, 0], longitudes: [0, 1], fields: [("t2m", "K", [1, 2, 3, 4])])
      maker.variables[0].attributes = [("units", "days since 1-1-1 00:00:00"), ("calendar", calendar)]
      try withClimateFile(maker) { file throws in
        #expect(try seconds(file.variable("t2m").times) == [1_765_670_400], "\(calendar)")
      }
    }
  }
}
