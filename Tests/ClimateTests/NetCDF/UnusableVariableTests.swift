import Climate
import Essentials
import Testing

/// What is wrong with one variable is no reason to refuse the others.
@Suite("Variables that cannot be used") struct UnusableVariableTests {
  private func maker() -> NetCDFMaker {
    .modern(
      times: [0, 3600, 7200], latitudes: [1, 0], longitudes: [0, 1], expver: ["0001", "0005", "0005"],
      fields: [("t2m", "K", (0..<12).map { Float($0) })])
  }

  @Test("A static field beside versions of each time has none of its own") func aStaticField() throws {
    var maker = maker()
    maker.variables.append(
      .init(name: "lsm", dimensions: ["latitude", "longitude"], values: .floats([1, 0, 1, 0], fill: nil)))
    try withClimateFile(maker) { file throws in
      #expect(try file.variable("t2m").versions == [.final, .preliminary, .preliminary])
      #expect(try file.variable("lsm").versions == [.unknown])
      #expect(try file.read("lsm")[time: 0, row: 1, column: 0] == 1)
    }
  }

  @Test("A variable that cannot be used is refused when it is asked for, and sluice grid says why")
  func othersCanBeRead() throws {
    var maker = maker()
    maker.dimensions += [("level", 2), ("month", 3), ("never", 0)]
    for (name, dimension, length) in [("z", "level", 2), ("clim", "month", 3), ("late", "never", 0)] {
      maker.variables.append(
        .init(
          name: name, dimensions: [dimension, "latitude", "longitude"],
          values: .floats(Array(repeating: 0, count: length * 4), fill: nil),
          attributes: [("standard_name", "of_\(name)")]))
    }
    maker.variables.append(
      .init(
        name: "month", dimensions: ["month"], values: .wide([0, 1, 2]),
        attributes: [("units", "days since 2020-01-01"), ("calendar", "360_day")]))
    maker.variables.append(
      .init(
        name: "never", dimensions: ["never"], values: .wide([]),
        attributes: [("units", "days since 2020-01-01")]))
    try withClimateFile(maker) { file throws in
      #expect(file.variables.map(\.name) == ["t2m"])
      #expect(try file.read("t2m")[time: 2, row: 1, column: 1] == 11)
      let report = GridReport.text(file)
      for (name, words) in [
        ("z", "a dimension level of length 2"), ("clim", "360_day"), ("late", "has no times"),
      ] {
        for asked in [name, "of_\(name)"] {
          #expect {
            try file.variable(asked)
          } throws: {
            FailureKind(of: $0) == .rejected && "\($0)".contains(words)
          }
        }
        #expect(report.contains("Variable \(name) cannot be used: "))
        #expect(report.contains(words))
      }
    }
  }

  @Test("A standard name or long name of several variables is not taken for the first")
  func ambiguousNames() throws {
    var maker = maker()
    let dimensions = ["valid_time", "latitude", "longitude"]
    for name in ["mx2t", "air_pressure", "sp"] {
      maker.variables.append(
        .init(
          name: name, dimensions: dimensions, values: .floats(Array(repeating: 0, count: 12), fill: nil),
          attributes: [
            ("standard_name", name == "mx2t" ? "air_temperature" : "air_pressure"), ("long_name", "field"),
          ]))
    }
    maker.variables[4].attributes.append(("standard_name", "air_temperature"))
    try withClimateFile(maker) { file throws in
      #expect {
        try file.variable("air_temperature")
      } throws: {
        FailureKind(of: $0) == .configuration && "\($0)".contains("the standard name of 2 variables")
          && "\($0)".contains("t2m, mx2t")
      }
      #expect { try file.variable("field") } throws: { "\($0)".contains("the long name of 3 variables") }
      // The exact name of a variable wins.
      #expect(try file.variable("air_pressure").name == "air_pressure")
    }
  }
}
