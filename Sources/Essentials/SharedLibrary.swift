internal import Glibc

/// A C library that is loaded when something of it is first wanted: every run is a process of its own, and most runs
/// want nothing of it.
package struct SharedLibrary: Sendable {
  /// What messages call it.
  package let name: String
  /// The names of its file, tried in turn.
  package let files: [String]
  /// Debian's package with the first of them.
  package let debianPackage: String

  package init(name: String, files: [String], debianPackage: String) {
    self.name = name
    self.files = files
    self.debianPackage = debianPackage
  }

  /// Loads it, for good.
  ///
  /// - Parameters:
  ///   - table: a C struct of nothing but pointers.
  ///   - names: the symbol of each of its fields, in their order.
  /// - Returns: the table, with each symbol from the library or from one that it brings with it.
  package func load<Table>(
    _ table: Table.Type, names: UnsafePointer<UnsafePointer<CChar>>
  ) throws(Misconfiguration) -> Table {
    let count = MemoryLayout<Table>.size / MemoryLayout<UnsafeMutableRawPointer>.size
    var reasons: [String] = []
    for file in files {
      // Nobody else sees its symbols: libraries below it have names that others have too.
      guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
        reasons.append(dlerror().map { String(cString: $0) } ?? "\(file) cannot be opened")
        continue
      }
      var symbols: [UnsafeMutableRawPointer] = []
      for place in 0..<count {
        guard let symbol = dlsym(handle, names[place]) else { break }
        symbols.append(symbol)
      }
      guard symbols.count < count else {
        return symbols.withUnsafeBytes { $0.load(as: Table.self) }
      }
      reasons.append("\(file) has no \(String(cString: names[symbols.count]))")
    }
    throw Misconfiguration(
      "loading \(name): \(reasons.joined(separator: "; "))",
      remedy: "Install it where this runs: apt-get install \(debianPackage).")
  }
}

extension SharedLibrary {
  /// With HDF5 below it, whose functions come from the same handle.
  package static let netCDF = SharedLibrary(
    name: "libnetcdf", files: ["libnetcdf.so.19", "libnetcdf.so.22", "libnetcdf.so"],
    debianPackage: "libnetcdf19")

  package static let libXML2 = SharedLibrary(
    name: "libxml2", files: ["libxml2.so.2", "libxml2.so.16", "libxml2.so"], debianPackage: "libxml2")
}
