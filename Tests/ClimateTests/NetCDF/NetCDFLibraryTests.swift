import CNetCDF
import Climate
import Essentials
import Testing

@Suite("libnetcdf") struct NetCDFLibraryTests {
  @Test("Every function that is used is found, those of HDF5 in the one that netCDF brings")
  func symbols() throws {
    let library = try SharedLibrary.netCDF.load(NetCDFFunctions.self, names: sluice_netcdf_names())
    #expect(String(cString: library.version()).hasPrefix("4."))
    try NetCDFLibrary.exclusively { library in
      #expect(library.H5open() == 0)
      // HDF5 gives its types numbers when it is opened.
      #expect(library.H5T_IEEE_F32LE_g.pointee > 0 && library.H5P_CLS_FILE_ACCESS_ID_g.pointee > 0)
    }
    #expect(try ClimateFile.libraryVersion.hasPrefix("4."))
  }

  @Test("A library without its functions is refused by the first that is missing")
  func another() {
    let zlib = SharedLibrary(name: "libnetcdf", files: ["libz.so.1"], debianPackage: "libnetcdf19")
    #expect(throws: Misconfiguration.self) {
      try zlib.load(NetCDFFunctions.self, names: sluice_netcdf_names())
    }
  }
}
