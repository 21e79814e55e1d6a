import CNetCDF
import Climate
import Testing

/// Writes small NetCDF files in the layouts that the Climate Data Store serves or served.
struct NetCDFMaker {
  enum Values {
    case floats([Float], fill: Float?)
    case doubles([Double])
    case shorts([Int16], scale: Double, offset: Double)
    /// Without an attribute of its own.
    case bareShorts([Int16])
    case unsignedShorts([UInt16])
    case wide([Int64])
    case integers([Int32])
    case strings([String])
  }

  struct Variable {
    let name: String
    let dimensions: [String]
    let values: Values
    var attributes: [(String, String)] = []
    /// Attributes that are numbers, doubles unless they are to be of the variable's own type.
    var numbers: [(name: String, values: [Double], ofOwnType: Bool)] = []
    var chunks: [Int]?
    var shuffled = true
  }

  var dimensions: [(String, Int)]
  var variables: [Variable]
  /// NetCDF-3 with 64-bit offsets instead of NetCDF-4.
  var classic = false

  /// The layout since 2024: valid_time, latitude, longitude, floats with NaN for the sea, expver as strings.
  static func modern(
    times: [Int64], latitudes: [Double], longitudes: [Double], expver: [String]? = nil,
    fields: [(name: String, units: String, values: [Float])], chunks: [Int]? = nil, shuffled: Bool = true
  ) -> NetCDFMaker {
    var variables = [
      Variable(
        name: "valid_time", dimensions: ["valid_time"], values: .wide(times),
        attributes: [
          ("units", "seconds since 1970-01-01"), ("standard_name", "time"),
          ("calendar", "proleptic_gregorian"),
        ]),
      Variable(
        name: "latitude", dimensions: ["latitude"], values: .doubles(latitudes),
        attributes: [("units", "degrees_north"), ("standard_name", "latitude")]),
      Variable(
        name: "longitude", dimensions: ["longitude"], values: .doubles(longitudes),
        attributes: [("units", "degrees_east"), ("standard_name", "longitude")]),
      Variable(name: "number", dimensions: [], values: .wide([0])),
    ]
    for field in fields {
      variables.append(
        Variable(
          name: field.name, dimensions: ["valid_time", "latitude", "longitude"],
          values: .floats(field.values, fill: .nan),
          attributes: [("units", field.units), ("long_name", field.name)],
          chunks: chunks, shuffled: shuffled))
    }
    if let expver {
      variables.append(
        Variable(
          name: "expver", dimensions: expver.count == 1 ? [] : ["valid_time"], values: .strings(expver)))
    }
    return NetCDFMaker(
      dimensions: [
        ("valid_time", times.count), ("latitude", latitudes.count), ("longitude", longitudes.count),
      ],
      variables: variables)
  }

  func write(to path: String) throws {
    try NetCDFLibrary.exclusively { library in
      func check(_ status: Int32) throws { try NetCDFLibrary.check(status, "writing a test file") }
      var file: Int32 = 0
      try check(library.nc_create(path, classic ? NC_64BIT_OFFSET : sluice_nc_netcdf4(), &file))
      defer { _ = library.nc_close(file) }
      var ids: [String: Int32] = [:]
      for (name, length) in dimensions {
        var id: Int32 = 0
        try check(library.nc_def_dim(file, name, length, &id))
        ids[name] = id
      }
      var variableIDs: [Int32] = []
      for variable in variables {
        let type: nc_type =
          switch variable.values {
          case .floats: NC_FLOAT
          case .doubles: NC_DOUBLE
          case .shorts, .bareShorts: NC_SHORT
          case .unsignedShorts: NC_USHORT
          case .wide: NC_INT64
          case .integers: NC_INT
          case .strings: NC_STRING
          }
        var id: Int32 = 0
        let places = variable.dimensions.map { ids[$0] ?? -1 }
        try check(library.nc_def_var(file, variable.name, type, Int32(places.count), places, &id))
        for (key, text) in variable.attributes {
          try check(library.nc_put_att_text(file, id, key, text.utf8.count, text))
        }
        for (key, values, ofOwnType) in variable.numbers {
          try check(
            library.nc_put_att_double(file, id, key, ofOwnType ? type : NC_DOUBLE, values.count, values))
        }
        switch variable.values {
        case .floats(_, let fill):
          if var fill { try check(library.nc_put_att_float(file, id, "_FillValue", NC_FLOAT, 1, &fill)) }
        case .shorts(_, var scale, var offset):
          var fill: Int16 = -32767
          try check(library.nc_put_att_double(file, id, "scale_factor", NC_DOUBLE, 1, &scale))
          try check(library.nc_put_att_double(file, id, "add_offset", NC_DOUBLE, 1, &offset))
          try check(library.nc_put_att_short(file, id, "_FillValue", NC_SHORT, 1, &fill))
          try check(library.nc_put_att_short(file, id, "missing_value", NC_SHORT, 1, &fill))
        default: break
        }
        if let chunks = variable.chunks {
          try check(library.nc_def_var_chunking(file, id, NC_CHUNKED, chunks))
          try check(library.nc_def_var_deflate(file, id, variable.shuffled ? 1 : 0, 1, 1))
        }
        variableIDs.append(id)
      }
      try check(library.nc_enddef(file))
      for (variable, id) in zip(variables, variableIDs) {
        switch variable.values {
        case .floats(let values, _): try check(library.nc_put_var_float(file, id, values))
        case .doubles(let values): try check(library.nc_put_var_double(file, id, values))
        case .shorts(let values, _, _), .bareShorts(let values):
          try check(library.nc_put_var_short(file, id, values))
        case .unsignedShorts(let values): try check(library.nc_put_var(file, id, values))
        case .wide(let values): try check(library.nc_put_var_longlong(file, id, values))
        case .integers(let values): try check(library.nc_put_var_int(file, id, values))
        case .strings(let values):
          for (index, text) in values.enumerated() {
            try text.withCString { pointer in
              var pointer: UnsafePointer<CChar>? = pointer
              var place = index
              try check(library.nc_put_var1_string(file, id, &place, &pointer))
            }
          }
        }
      }
    }
  }
}

/// Opens what a maker writes.
@discardableResult
func withClimateFile<Result>(_ maker: NetCDFMaker, _ body: (ClimateFile) throws -> Result) throws -> Result {
  try withTemporaryFile { path in
    try maker.write(to: path)
    return try body(try ClimateFile(path: path))
  }
}
