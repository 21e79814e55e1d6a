/// A variable of ERA5-Land, by the name that requests use.
struct ERA5Variable: Sendable {
  let requestName: String
  /// The NetCDF variable.
  let name: String
  let gribShortName: String
  let paramID: Int64
  let longName: String
  let units: String
  /// CF name, or `unknown` where the converter knows none.
  let standardName: String
  /// Accumulated from 00 UTC on, rather than valid at the stamp.
  let isAccumulated: Bool

  static let all: [ERA5Variable] = [
    ERA5Variable(
      requestName: "2m_temperature", name: "t2m", gribShortName: "2t", paramID: 167,
      longName: "2 metre temperature", units: "K", standardName: "unknown", isAccumulated: false),
    ERA5Variable(
      requestName: "2m_dewpoint_temperature", name: "d2m", gribShortName: "2d", paramID: 168,
      longName: "2 metre dewpoint temperature", units: "K", standardName: "unknown", isAccumulated: false),
    ERA5Variable(
      requestName: "10m_u_component_of_wind", name: "u10", gribShortName: "10u", paramID: 165,
      longName: "10 metre U wind component", units: "m s**-1", standardName: "unknown", isAccumulated: false),
    ERA5Variable(
      requestName: "10m_v_component_of_wind", name: "v10", gribShortName: "10v", paramID: 166,
      longName: "10 metre V wind component", units: "m s**-1", standardName: "unknown", isAccumulated: false),
    ERA5Variable(
      requestName: "total_precipitation", name: "tp", gribShortName: "tp", paramID: 228,
      longName: "Total precipitation", units: "m", standardName: "unknown", isAccumulated: true),
    ERA5Variable(
      requestName: "surface_solar_radiation_downwards", name: "ssrd", gribShortName: "ssrd", paramID: 169,
      longName: "Surface short-wave (solar) radiation downwards", units: "J m**-2",
      standardName: "surface_downwelling_shortwave_flux_in_air", isAccumulated: true),
    ERA5Variable(
      requestName: "skin_temperature", name: "skt", gribShortName: "skt", paramID: 235,
      longName: "Skin temperature",
      units: "K", standardName: "unknown", isAccumulated: false),
    ERA5Variable(
      requestName: "volumetric_soil_water_layer_1", name: "swvl1", gribShortName: "swvl1", paramID: 39,
      longName: "Volumetric soil water layer 1", units: "m**3 m**-3", standardName: "unknown",
      isAccumulated: false),
  ]

  static let byRequestName = Dictionary(uniqueKeysWithValues: all.map { ($0.requestName, $0) })
}
