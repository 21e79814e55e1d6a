import Foundation
import Testing

/// `sluice zonal` and `sluice grid`, as people call them, on a file whose numbers can be worked out by hand.
@Suite("The climate commands") struct ClimateCommandTests {
  /// A folder of its own with a grid and polygons.
  private struct Desk: ~Copyable {
    let folder: URL
    var grid: String { path("grid.nc") }
    var polygons: String { path("units.geojson") }
    var table: String { path("out.csv") }

    init() throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "climate-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try ClassicGrid([
        (0, 1, 0, 0.1), (0, 2, 2, .nan), (1, 2, 2, .nan), (1, 0, 1, .nan),
      ]).data().write(to: folder.appending(path: "grid.nc"))
      let units = [
        Self.box("two", 0, 0.375, 0.25, 0.5), Self.box("half", 0, 0.25, 0.0625, 0.375),
        Self.box("sea", 0.28125, 0.15625, 0.34375, 0.21875), Self.box("away", 10, 10, 11, 11),
        """
        {"type":"Feature","id":"line","properties":{},
         "geometry":{"type":"LineString","coordinates":[[0,0],[1,1]]}}
        """,
      ]
      try Data(#"{"type":"FeatureCollection","features":[\#(units.joined(separator: ","))]}"#.utf8).write(
        to: folder.appending(path: "units.geojson"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func text(_ name: String) throws -> String {
      try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    func write(_ text: String, to name: String) throws -> String {
      try Data(text.utf8).write(to: folder.appending(path: name))
      return path(name)
    }

    func zonal(_ more: String...) async throws -> Program.Ending {
      try await Program.run(
        ["zonal", "--grid", grid, "--variable", "t2m", "--polygons", polygons, "--output", table] + more)
    }

    private static func box(_ id: String, _ west: Double, _ south: Double, _ east: Double, _ north: Double)
      -> String
    {
      """
      {"type":"Feature","id":"\(id)","properties":{"code":"c-\(id)"},"geometry":{"type":"Polygon","coordinates":
       [[[\(west),\(south)],[\(east),\(south)],[\(east),\(north)],[\(west),\(north)],[\(west),\(south)]]]}}
      """
    }
  }

  @Test(
    "Every unit has a row at every time: its value with 17 digits, its status and its shares",
    arguments: [[], ["--threads", "1"], ["--threads", "5"]])
  func table(threads: [String]) async throws {
    let desk = try Desk()
    let ending = try await Program.run(
      [
        "zonal", "--grid", desk.grid, "--variable", "t2m", "--polygons", desk.polygons, "--output",
        desk.table,
      ] + threads)
    #expect(ending.code == 0 && ending.output.isEmpty, "\(ending.errors)")
    // The sea takes from the west: in degrees of a great circle its neighbours there and in the east are the nearest.
    #expect(
      try desk.text("out.csv") == """
        id,step,time,value,status,valid_fraction,in_grid_fraction
        two,0,2024-01-01T00:00:00Z,0.5,ok,1,1
        half,0,2024-01-01T00:00:00Z,0.10000000149011612,ok,1,1
        sea,0,2024-01-01T00:00:00Z,9,nearest,0,1
        away,0,2024-01-01T00:00:00Z,,outside-grid,0,0
        line,0,2024-01-01T00:00:00Z,,rejected,0,0
        two,1,2024-01-01T01:00:00Z,100,ok,0.5,1
        half,1,2024-01-01T01:00:00Z,104,ok,1,1
        sea,1,2024-01-01T01:00:00Z,109,nearest,0,1
        away,1,2024-01-01T01:00:00Z,,outside-grid,0,0
        line,1,2024-01-01T01:00:00Z,,rejected,0,0

        """)
    // What the table cannot say is in the log: why a geometry is refused, and how many values are none of their own.
    #expect(ending.errors.contains("line is left out") && ending.errors.contains("LineString"))
    #expect(ending.errors.contains("2 of 10 values are nearest"))
  }

  @Test("--nearest 0 takes no value from elsewhere, - is the standard output, --id-property names the units")
  func options() async throws {
    let desk = try Desk()
    let ending = try await Program.run(
      "zonal", "--grid", desk.grid, "--variable", "t2m", "--polygons", desk.polygons, "--output", "-",
      "--nearest", "0", "--id-property", "code")
    // The line has no such property: that is said, not guessed.
    #expect(ending.code == 3 && ending.errors.contains("feature 4 (line) has no property code"))
    let off = try await Program.run(
      "zonal", "--grid", desk.grid, "--variable", "t2m", "--polygons", desk.polygons, "--output", "-",
      "--nearest", "0")
    #expect(off.code == 0)
    #expect(off.output.contains("sea,0,2024-01-01T00:00:00Z,,no-data,0,1\n"))
    #expect(off.output.split(separator: "\n").count == 11)
  }

  @Test("Names with commas and quotes are put in quotes")
  func names() async throws {
    let desk = try Desk()
    let polygons = try desk.write(
      #"{"type":"Feature","id":"a, \"b\"","geometry":{"type":"Point","coordinates":[0.1875,0.4375]}}"#,
      to: "point.geojson")
    let ending = try await Program.run(
      "zonal", "--grid", desk.grid, "--variable", "t2m", "--polygons", polygons, "--output", "-")
    #expect(
      ending.output.contains("\n\"a, \"\"b\"\"\",0,2024-01-01T00:00:00Z,1,ok,1,1\n"), "\(ending.output)")
  }

  @Test("--coverage gives the covered share of each cell instead")
  func coverage() async throws {
    let desk = try Desk()
    let ending = try await desk.zonal("--coverage")
    #expect(ending.code == 0, "\(ending.errors)")
    #expect(
      try desk.text("out.csv") == "id,row,col,fraction\ntwo,0,0,1\ntwo,0,1,1\nhalf,1,0,0.5\nsea,2,2,0.25\n")
  }

  @Test("--map draws one time, beside the table")
  func map() async throws {
    let desk = try Desk()
    let ending = try await desk.zonal("--map", desk.path("map.svg"), "--map-step", "1")
    #expect(ending.code == 0, "\(ending.errors)")
    let map = try desk.text("map.svg")
    #expect(map.hasPrefix("<svg ") && map.hasSuffix("</svg>\n"))
    #expect(map.contains("t2m (K), 2024-01-01T01:00:00Z") && map.contains("<title>half: 104"))
    #expect(map.contains("away") && !map.contains("<title>line"))
    #expect(try desk.text("out.csv").split(separator: "\n").count == 11)
    // A step that is not there is said before the work, not after it.
    try FileManager.default.removeItem(atPath: desk.table)
    let missing = try await desk.zonal("--map", desk.path("no.svg"), "--map-step", "2")
    #expect(missing.code == 3 && missing.errors.contains("The file has the steps 0 to 1."))
    #expect(!FileManager.default.fileExists(atPath: desk.table))
    let beside = try await desk.zonal("--coverage", "--map", desk.path("beside.svg"))
    #expect(beside.code == 0)
    #expect(try desk.text("out.csv").hasPrefix("id,row,col,fraction\n"))
    #expect(try desk.text("beside.svg").contains("t2m (K), 2024-01-01T00:00:00Z"))
  }

  @Test("A file in words")
  func grid() async throws {
    let desk = try Desk()
    let ending = try await Program.run("grid", desk.grid)
    #expect(ending.code == 0 && ending.errors.isEmpty)
    for words in [
      "4 rows x 4 columns", "cells of 0.125 x 0.125 degrees", "Variable t2m, in K",
      "2 times from 2024-01-01T00:00:00Z to 2024-01-01T01:00:00Z",
    ] {
      #expect(ending.output.contains(words), "\(ending.output)")
    }
  }

  @Test("What is wrong is said with the name of the file, and leaves no table behind")
  func badInput() async throws {
    let desk = try Desk()
    func zonal(grid: String? = nil, variable: String = "t2m", polygons: String? = nil, table: String? = nil)
      async throws -> Program.Ending
    {
      try await Program.run(
        "zonal", "--grid", grid ?? desk.grid, "--variable", variable, "--polygons", polygons ?? desk.polygons,
        "--output", table ?? desk.table)
    }
    let grib = try desk.write("GRIB....", to: "a.nc")
    let page = try desk.write("<html></html>", to: "b.nc")
    let short = desk.path("c.nc")
    try ClassicGrid().data().dropLast(9).write(to: URL(filePath: short))
    let broken = try desk.write(#"{"type":"FeatureCollection","features":[}"#, to: "d.geojson")
    let cases: [(ending: Program.Ending, code: Int32, words: [String])] = [
      (try await zonal(grid: "/nowhere/x.nc"), 3, ["/nowhere/x.nc", "No such file"]),
      (try await zonal(variable: "tp"), 3, ["has no variable tp", "It has t2m."]),
      (try await zonal(polygons: "/nowhere/x.geojson"), 3, ["/nowhere/x.geojson"]),
      (try await zonal(table: "/nowhere/out.csv"), 3, ["/nowhere/out.csv"]),
      (try await zonal(grid: grib), 5, [grib, "GRIB", "\"data_format\": \"netcdf\""]),
      (try await zonal(grid: page), 5, [page, "HTML or XML"]),
      (try await zonal(grid: short), 5, [short, "truncated"]),
      (try await zonal(polygons: broken), 5, [broken, "column 41"]),
      (try await zonal(polygons: grib), 5, [grib]),
      (try await Program.run("grid", grib), 5, ["GRIB"]),
      (try await Program.run("grid", "/nowhere/x.nc"), 3, ["/nowhere/x.nc"]),
      (try await Program.run("grid"), 2, ["file"]),
      (try await desk.zonal("--nearest", "-1"), 2, ["--nearest"]),
      (try await desk.zonal("--threads", "0"), 2, ["--threads"]),
    ]
    for (ending, code, words) in cases {
      #expect(ending.code == code, "\(ending.errors)")
      for word in words { #expect(ending.errors.contains(word), "\(word): \(ending.errors)") }
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: desk.folder.path).sorted()
    #expect(left == ["a.nc", "b.nc", "c.nc", "d.geojson", "grid.nc", "units.geojson"])
  }
}
