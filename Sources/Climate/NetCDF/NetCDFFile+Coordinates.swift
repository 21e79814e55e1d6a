extension NetCDFFile {
  /// The values of a coordinate, which may be packed as those of any variable (CF conventions, section 8.1).
  func coordinates(_ variable: NetCDFVariable) throws -> [Double] {
    try refuseUnsigned(variable)
    var values = try doubles(variable)
    let packing = Packing(variable)
    if !packing.isPlain { packing.unpack(&values) }
    return values
  }

  /// The classic format has no unsigned numbers: `_Unsigned` says that negative ones stand for large ones (NetCDF User's
  /// Guide, Attribute Conventions). Read as they are they would be wrong.
  func refuseUnsigned(_ variable: NetCDFVariable) throws {
    guard variable.type == .integer || variable.type == .wide, !variable.isUnsigned,
      variable.text("_Unsigned")?.lowercased() == "true"
    else { return }
    throw ClimateFailure(
      "\(variable.name) of \(name) is marked _Unsigned: its negative numbers stand for large ones, which is not supported",
      remedy: "Convert the file so that it holds floats, for example with nccopy and ncap2.")
  }
}
