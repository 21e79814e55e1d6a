internal import Essentials
internal import FoundationEssentials

/// Makes the file of one request: NetCDF, or a ZIP of several.
struct AssetMaker: Sendable {
  let request: CDSRequest
  let job: String
  let folder: String
  let settings: CDSService.Settings
  let embargo: CDSEmbargo
  let now: Date

  func make() throws -> CDSAsset {
    if let path = settings.gridFile {
      let bytes = try ServedFile.read(path)
      return CDSAsset(
        name: "\(job).nc", path: path, size: bytes.count, checksum: MD5.of(bytes), type: "application/netcdf")
    }
    let parts = self.parts
    let paths = try parts.map { part in
      let path = "\(folder)/\(job)-\(part.name)"
      try settings.holdingNetCDF { try file(part.variables).write(to: path) }
      return path
    }
    // Several files come as an archive, whatever was asked for.
    if request.packing == .asSource, paths.count == 1 {
      let bytes = try ServedFile.read(paths[0])
      return CDSAsset(
        name: "\(job).nc", path: paths[0], size: bytes.count, checksum: MD5.of(bytes),
        type: "application/netcdf")
    }
    let archive = try ZipFile.make(zip(parts, paths).map { ($0.name, try ServedFile.read($1)) })
    let path = "\(folder)/\(job).zip"
    try ServedFile.write(archive, to: path)
    return CDSAsset(
      name: "\(job).zip", path: path, size: archive.count, checksum: MD5.of(archive), type: "application/zip")
  }

  /// Hourly data are split by step type where both are asked for; monthly means stay together.
  private var parts: [(name: String, variables: [ERA5Variable])] {
    let instant = request.variables.filter { !$0.isAccumulated }
    let accumulated = request.variables.filter(\.isAccumulated)
    if request.dataset.isMonthly { return [("data_stream-moda.nc", request.variables)] }
    if instant.isEmpty || accumulated.isEmpty { return [("data_0.nc", request.variables)] }
    return [
      ("data_stream-oper_stepType-instant.nc", instant), ("data_stream-oper_stepType-accum.nc", accumulated),
    ]
  }

  private func file(_ variables: [ERA5Variable]) -> GridFile {
    GridFile(
      request: request, variables: variables, weather: MadeUpWeather(seed: settings.seed),
      land: settings.land,
      embargo: embargo, made: String(now.milliseconds.prefix(16)))
  }
}
