import CNetCDF
import Glibc
import Sandbox
import Synchronization

/// A NetCDF file read back with the C library.
struct GridReading {
  var names: [String] = []
  var dimensions: [String: Int] = [:]
  var times: [Int64] = []
  var latitudes: [Double] = []
  var longitudes: [Double] = []
  var versions: [String] = []
  /// Time, latitude, longitude.
  var fields: [String: [Float]] = [:]
  var shuffleAndDeflate: [String: [Int32]] = [:]
  var fillValues: [String: Float] = [:]

  init(_ bytes: [UInt8]) throws {
    var template = Array("/tmp/sandbox-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    defer { unlink(path) }
    // The library allows one thread at a time, the sandbox's included.
    try netCDFLock.withLock { _ in try read(path) }
  }

  private mutating func read(_ path: String) throws {
    let library = try QuietNetCDF.library()
    var file: Int32 = 0
    guard library.nc_open(path, NC_NOWRITE, &file) == NC_NOERR else { throw WireError(message: "not NetCDF") }
    defer { _ = library.nc_close(file) }
    var count: Int32 = 0
    _ = library.nc_inq_ndims(file, &count)
    var name = [CChar](repeating: 0, count: 257)
    func text() -> String { name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) } }
    for id in 0..<count {
      var length = 0
      _ = library.nc_inq_dim(file, id, &name, &length)
      dimensions[text()] = length
    }
    let steps = dimensions["valid_time"] ?? 0
    let size = steps * (dimensions["latitude"] ?? 0) * (dimensions["longitude"] ?? 0)
    _ = library.nc_inq_nvars(file, &count)
    for id in 0..<count {
      _ = library.nc_inq_varname(file, id, &name)
      let variable = text()
      names.append(variable)
      switch variable {
      case "valid_time":
        times = [Int64](repeating: 0, count: steps)
        _ = library.nc_get_var(file, id, &times)
      case "latitude":
        latitudes = [Double](repeating: 0, count: dimensions["latitude"] ?? 0)
        _ = library.nc_get_var_double(file, id, &latitudes)
      case "longitude":
        longitudes = [Double](repeating: 0, count: dimensions["longitude"] ?? 0)
        _ = library.nc_get_var_double(file, id, &longitudes)
      case "expver":
        var texts = [UnsafeMutablePointer<CChar>?](repeating: nil, count: steps)
        _ = library.nc_get_var_string(file, id, &texts)
        versions = texts.map { $0.map { String(cString: $0) } ?? "" }
        _ = library.nc_free_string(steps, &texts)
      case "number": break
      default:
        var values = [Float](repeating: 0, count: size)
        _ = library.nc_get_var_float(file, id, &values)
        fields[variable] = values
        var (shuffle, deflate, level): (Int32, Int32, Int32) = (0, 0, 0)
        _ = library.nc_inq_var_deflate(file, id, &shuffle, &deflate, &level)
        shuffleAndDeflate[variable] = [shuffle, deflate, level]
        var missing: Float = 0
        _ = library.nc_get_att_float(file, id, "_FillValue", &missing)
        fillValues[variable] = missing
      }
    }
  }
}

/// One lock for all tests and all sandboxes of this process.
let netCDFLock = Mutex(())
