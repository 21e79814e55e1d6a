import ArgumentParser
import Climate
import Connectors
import HTTP
import JSON
import PrefectAPI

/// `sluice version`: this program and the libraries it runs on.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  @OptionGroup var output: OutputOptions

  func run() {
    let (netCDF, xml) = (Result { try ClimateFile.libraryVersion }, Result { try XMLLibrary.version })
    output.done(
      """
      sluice \(SluiceProgram.version)
      \(HTTPClient.libraryVersion)
      \(line("libnetcdf", netCDF))
      \(line("libxml2", xml))
      Prefect's API \(Prefect.apiVersion), as of Prefect \(Prefect.version)
      """,
      [
        "version": .string(SluiceProgram.version), "libcurl": .string(HTTPClient.libraryVersion),
        "libnetcdf": json(netCDF), "libxml2": json(xml),
        "prefect_api": .string(Prefect.apiVersion), "prefect": .string(Prefect.version),
      ])
  }

  /// The others do their work where one is not to be had.
  private func line(_ library: String, _ version: Result<String, any Error>) -> String {
    switch version {
    case .success(let version): "\(library) \(version)"
    case .failure(let error): "\(library) is not to be had: \(error)"
    }
  }

  private func json(_ version: Result<String, any Error>) -> JSONValue {
    (try? version.get()).map { .string($0) } ?? .null
  }
}
