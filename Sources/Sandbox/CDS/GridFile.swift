internal import CNetCDF
internal import Essentials
internal import Glibc

/// A NetCDF-4 file in the layout that the Climate Data Store serves since 2024.
struct GridFile {
  let request: CDSRequest
  let variables: [ERA5Variable]
  let weather: MadeUpWeather
  let land: LandMask
  let embargo: CDSEmbargo
  /// What the history attribute says.
  let made: String

  /// Writes the file. Only one thread may be in the library at a time: see ``SandboxOptions/holdingNetCDF``.
  func write(to path: String) throws {
    let file = try NetCDFHandle(creating: path)
    do {
      try write(to: file)
    } catch {
      _ = file.library.nc_close(file.id)
      throw error
    }
    try file.check(file.library.nc_close(file.id), "closing \(path)")
  }

  private func write(to file: NetCDFHandle) throws {
    let area = request.area
    let time = try file.dimension("valid_time", request.stamps.count)
    let latitude = try file.dimension("latitude", area.latitudes.count)
    let longitude = try file.dimension("longitude", area.longitudes.count)
    let fields = try variables.map { try define($0, file, [time, latitude, longitude]) }
    let number = try file.variable("number", NC_INT64, [])
    try file.attributes(
      number,
      [("long_name", "ensemble member numerical id"), ("units", "1"), ("standard_name", "realization")])
    let times = try file.variable("valid_time", NC_INT64, [time])
    let isMonthly = request.dataset.isMonthly
    try file.attributes(
      times,
      [
        ("long_name", isMonthly ? "initial time of forecast" : "time"),
        ("standard_name", isMonthly ? "forecast_reference_time" : "time"),
        ("units", "seconds since 1970-01-01"),
        ("calendar", "proleptic_gregorian"),
      ])
    let rows = try coordinate("latitude", "degrees_north", file, latitude)
    try file.attributes(rows, [("stored_direction", "decreasing")])
    let columns = try coordinate("longitude", "degrees_east", file, longitude)
    let versions = try file.variable("expver", NC_STRING, [time])
    try file.attribute(NC_GLOBAL, "GRIB_centre", "ecmf")
    try file.attribute(
      NC_GLOBAL, "GRIB_centreDescription", "European Centre for Medium-Range Weather Forecasts")
    try file.attribute(NC_GLOBAL, "GRIB_subCentre", Int64(0))
    try file.attribute(NC_GLOBAL, "Conventions", "CF-1.7")
    try file.attribute(NC_GLOBAL, "institution", "European Centre for Medium-Range Weather Forecasts")
    try file.attribute(NC_GLOBAL, "history", "\(made) made up by the sandbox, not by ECMWF")
    try file.check(file.library.nc_enddef(file.id), "ending the definitions")

    var zero: Int64 = 0
    try file.check(file.library.nc_put_var(file.id, number, &zero), "writing number")
    try file.check(
      file.library.nc_put_var(file.id, times, request.stamps.map { Int64($0) * 3600 }), "writing valid_time")
    try file.check(file.library.nc_put_var_double(file.id, rows, area.latitudes), "writing latitude")
    try file.check(file.library.nc_put_var_double(file.id, columns, area.longitudes), "writing longitude")
    try file.write(versions, request.stamps.map { embargo.version(of: CalendarMonth(of: Self.day($0))) })
    let places = landPlaces()
    for (variable, id) in zip(variables, fields) {
      try file.check(
        file.library.nc_put_var_float(file.id, id, values(variable, places)), "writing \(variable.name)")
    }
  }

  private static func day(_ stamp: Int) -> CalendarDate { CalendarDate(daysSinceEpoch: stamp.quotient(24)) }

  private func coordinate(_ name: String, _ units: String, _ file: NetCDFHandle, _ dimension: Int32) throws
    -> Int32
  {
    let id = try file.variable(name, NC_DOUBLE, [dimension])
    var missing = Double.nan
    try file.check(
      file.library.nc_def_var_fill(file.id, id, 0, &missing), "setting the fill value of \(name)")
    try file.attributes(id, [("units", units), ("standard_name", name), ("long_name", name)])
    return id
  }

  private func define(_ variable: ERA5Variable, _ file: NetCDFHandle, _ dimensions: [Int32]) throws -> Int32 {
    let area = request.area
    let id = try file.variable(variable.name, NC_FLOAT, dimensions)
    var missing = Float.nan
    try file.check(
      file.library.nc_def_var_fill(file.id, id, 0, &missing), "setting the fill value of \(variable.name)")
    // One chunk, as the library's default has it for files of this size; but no larger than it can hold.
    let plane = area.latitudes.count * area.longitudes.count
    let steps = max(1, min(request.stamps.count, (256 << 20) / 4 / max(1, plane)))
    try file.check(
      file.library.nc_def_var_chunking(
        file.id, id, NC_CHUNKED, [steps, area.latitudes.count, area.longitudes.count]),
      "setting chunks")
    try file.check(file.library.nc_def_var_deflate(file.id, id, 1, 1, 1), "setting compression")
    try file.attribute(id, "GRIB_paramId", variable.paramID)
    try file.attribute(id, "GRIB_dataType", "fc")
    try file.attribute(id, "GRIB_numberOfPoints", Int64(plane))
    try file.attribute(id, "GRIB_typeOfLevel", "surface")
    try file.attribute(id, "GRIB_stepUnits", Int64(1))
    if !request.dataset.isMonthly {
      try file.attribute(id, "GRIB_stepType", variable.isAccumulated ? "accum" : "instant")
    }
    try file.attribute(id, "GRIB_gridType", "regular_ll")
    try file.attribute(id, "GRIB_uvRelativeToGrid", Int64(0))
    try file.attribute(id, "GRIB_NV", Int64(0))
    try file.attribute(id, "GRIB_Nx", Int64(area.longitudes.count))
    try file.attribute(id, "GRIB_Ny", Int64(area.latitudes.count))
    try file.attribute(id, "GRIB_cfName", variable.standardName)
    try file.attribute(id, "GRIB_cfVarName", variable.name)
    try file.attribute(id, "GRIB_gridDefinitionDescription", "Latitude/Longitude Grid")
    try file.attribute(id, "GRIB_iDirectionIncrementInDegrees", 0.1)
    try file.attribute(id, "GRIB_iScansNegatively", Int64(0))
    try file.attribute(id, "GRIB_jDirectionIncrementInDegrees", 0.1)
    try file.attribute(id, "GRIB_jPointsAreConsecutive", Int64(0))
    try file.attribute(id, "GRIB_jScansPositively", Int64(0))
    try file.attribute(id, "GRIB_latitudeOfFirstGridPointInDegrees", area.latitudes.first ?? 0)
    try file.attribute(id, "GRIB_latitudeOfLastGridPointInDegrees", area.latitudes.last ?? 0)
    try file.attribute(id, "GRIB_longitudeOfFirstGridPointInDegrees", area.longitudes.first ?? 0)
    try file.attribute(id, "GRIB_longitudeOfLastGridPointInDegrees", area.longitudes.last ?? 0)
    try file.attribute(id, "GRIB_missingValue", 3.40282346638529e+38)
    try file.attribute(id, "GRIB_name", variable.longName)
    try file.attribute(id, "GRIB_shortName", variable.gribShortName)
    try file.attribute(id, "GRIB_totalNumber", Int64(0))
    try file.attribute(id, "GRIB_units", variable.units)
    try file.attributes(
      id,
      [("long_name", variable.longName), ("units", variable.units), ("standard_name", variable.standardName)])
    try file.attribute(id, "GRIB_surface", 0.0)
    // Monthly files name a coordinate that is not there, as the real ones do.
    try file.attribute(
      id, "coordinates",
      request.dataset.isMonthly
        ? "number time latitude longitude expver" : "number valid_time latitude longitude expver")
    return id
  }

  /// The places over land, with their positions in a plane of the grid.
  private func landPlaces() -> [(position: Int, place: SandboxPoint)] {
    let (latitudes, longitudes) = (request.area.latitudes, request.area.longitudes)
    // Longitudes ascend, and turn from 180 to -180 once at most.
    let turned = longitudes.map { $0 > 180 ? $0 - 360 : $0 < -180 ? $0 + 360 : $0 }
    let order = turned.indices.sorted { turned[$0] < turned[$1] }
    let ascending = order.map { turned[$0] }
    return latitudes.enumerated().flatMap { row, latitude in
      zip(order, land.row(latitude: latitude, longitudes: ascending)).compactMap { column, isLand in
        isLand ? (row * longitudes.count + column, SandboxPoint(turned[column], latitude)) : nil
      }
    }
  }

  /// Time, latitude, longitude; NaN over the sea.
  private func values(_ variable: ERA5Variable, _ places: [(position: Int, place: SandboxPoint)]) -> [Float] {
    let plane = request.area.latitudes.count * request.area.longitudes.count
    var values = [Float](repeating: .nan, count: plane * request.stamps.count)
    for (position, place) in places {
      for (step, value) in series(variable, place).enumerated() {
        values[step * plane + position] = Float(value)
      }
    }
    return values
  }

  private func series(_ variable: ERA5Variable, _ place: SandboxPoint) -> [Double] {
    guard request.dataset.isMonthly else { return weather.values(variable, place, stamps: request.stamps) }
    return request.stamps.map { stamp in
      let month = CalendarMonth(of: Self.day(stamp))
      if request.isByHour {
        let first = month.firstDay.daysSinceEpoch * 24 + stamp.remainder(24)
        let days = weather.values(variable, place, stamps: (0..<month.length).map { first + $0 * 24 })
        return days.reduce(0, +) / Double(days.count)
      }
      let mean = weather.monthlyMean(variable, place, month)
      return Self.isFaulty(month) && variable.isAccumulated ? mean * 0.466 : mean
    }
  }

  /// The monthly means of accumulated variables are wrong from September 2022 to February 2024 (ECMWF forum 2370).
  static func isFaulty(_ month: CalendarMonth) -> Bool {
    (2022 * 12 + 9...2024 * 12 + 2).contains(month.year * 12 + month.month)
  }
}

/// An open NetCDF file.
private struct NetCDFHandle {
  let library: NetCDFFunctions
  let id: Int32

  init(creating path: String) throws {
    library = try QuietNetCDF.library()
    var file: Int32 = 0
    let status = library.nc_create(path, NC_NETCDF4 | NC_CLOBBER, &file)
    id = file
    try check(status, "creating \(path)")
  }

  func check(_ status: Int32, _ operation: String) throws {
    guard status == NC_NOERR else {
      throw Fault("\(operation): \(String(cString: library.message(status)))")
    }
  }

  func dimension(_ name: String, _ length: Int) throws -> Int32 {
    var dimension: Int32 = 0
    try check(library.nc_def_dim(id, name, length, &dimension), "defining dimension \(name)")
    return dimension
  }

  func variable(_ name: String, _ type: Int32, _ dimensions: [Int32]) throws -> Int32 {
    var variable: Int32 = 0
    try check(
      library.nc_def_var(id, name, nc_type(type), Int32(dimensions.count), dimensions, &variable),
      "defining variable \(name)")
    return variable
  }

  func attributes(_ variable: Int32, _ pairs: [(String, String)]) throws {
    for (name, text) in pairs { try attribute(variable, name, text) }
  }

  func attribute(_ variable: Int32, _ name: String, _ text: String) throws {
    try check(library.nc_put_att_text(id, variable, name, text.utf8.count, text), "writing attribute \(name)")
  }

  func attribute(_ variable: Int32, _ name: String, _ number: Int64) throws {
    var number = Int64(number)
    try check(
      library.nc_put_att(id, variable, name, nc_type(NC_INT64), 1, &number), "writing attribute \(name)")
  }

  func attribute(_ variable: Int32, _ name: String, _ number: Double) throws {
    var number = number
    try check(
      library.nc_put_att_double(id, variable, name, nc_type(NC_DOUBLE), 1, &number),
      "writing attribute \(name)")
  }

  func write(_ variable: Int32, _ texts: [String]) throws {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    var pointers = copies.map { UnsafePointer<CChar>($0) }
    try check(library.nc_put_var_string(id, variable, &pointers), "writing texts")
  }
}
