import Foundation
import JSON
import Testing

/// The program where libnetcdf and libxml2 are no libraries: files of their names lie first in the search path.
@Suite("Libraries that the program can do without") struct LibraryTests {
  private func withoutLibraries<Result>(
    _ body: (_ folder: URL, _ environment: [String: String]) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "libraries-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["libnetcdf.so", "libnetcdf.so.19", "libnetcdf.so.22"]
      + ["", ".2", ".16"].map({ "libxml2.so\($0)" })
    {
      try Data("no library".utf8).write(to: folder.appending(path: name))
    }
    return try await body(folder, ["LD_LIBRARY_PATH": folder.path])
  }

  @Test("A run that reads neither climate files nor XML starts and ends without them")
  func unused() async throws {
    try await withoutLibraries { _, environment in
      let ending = try await Program.run(
        ["run", "retrieve_github_stars", "--sandbox", "--repos", "python/cpython"], environment: environment)
      #expect(ending.code == 0, "\(ending.errors)")
    }
  }

  @Test("A climate file that cannot be read for want of libnetcdf says what to install")
  func climateFile() async throws {
    try await withoutLibraries { folder, environment in
      let grid = folder.appending(path: "grid.nc")
      try ClassicGrid().data().write(to: grid)
      let ending = try await Program.run(["grid", grid.path], environment: environment)
      #expect(ending.code == 3)
      #expect(
        ending.errors.contains("loading libnetcdf: \(folder.path)/libnetcdf.so.19: "), "\(ending.errors)")
      #expect(ending.errors.contains("apt-get install libnetcdf19"))
    }
  }

  @Test("The version and the doctor say which library is missing")
  func told() async throws {
    try await withoutLibraries { folder, environment in
      let version = try await Program.run(["version"], environment: environment)
      #expect(version.code == 0)
      for (library, package) in [("libnetcdf", "libnetcdf19"), ("libxml2", "libxml2")] {
        #expect(version.output.contains("\n\(library) is not to be had: loading \(library): "))
        #expect(version.output.contains("apt-get install \(package)."))
      }
      let document = try JSONValue(
        parsing: try await Program.run(["version", "--output", "json"], environment: environment).output)
      #expect(document["libnetcdf"] == .null && document["libxml2"] == .null)
      #expect(document["version"]?.string != nil)
      let doctor = try await Program.run(["doctor"], environment: environment)
      #expect(doctor.code == 3)
      for library in ["libnetcdf", "libxml2"] {
        #expect(
          doctor.output.contains("loading \(library): \(folder.path)/\(library).so"), "\(doctor.output)")
      }
    }
  }

  @Test("Where they are, the version tells theirs")
  func versions() async throws {
    let lines = try await Program.run("version").output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("libnetcdf 4.") } && lines.contains { $0.hasPrefix("libxml2 2.") })
  }
}
