internal import CNetCDF

extension ClimateFile {
  /// What libnetcdf says of itself: `4.9.0 of ...`.
  public static var libraryVersion: String { NetCDFLibrary.exclusively { String(cString: nc_inq_libvers()) } }
}
