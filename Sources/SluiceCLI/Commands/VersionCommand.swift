import ArgumentParser
import CLibXML2
import Climate
import HTTP
import JSON
import PrefectAPI

/// `sluice version`: this program and the libraries it runs on.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  @OptionGroup var output: OutputOptions

  func run() {
    let xml = String(cString: sluice_libxml2_version())
    output.done(
      """
      sluice \(SluiceProgram.version)
      \(HTTPClient.libraryVersion)
      libnetcdf \(ClimateFile.libraryVersion)
      libxml2 \(xml)
      Prefect's API \(Prefect.apiVersion), as of Prefect \(Prefect.version)
      """,
      [
        "version": .string(SluiceProgram.version), "libcurl": .string(HTTPClient.libraryVersion),
        "libnetcdf": .string(ClimateFile.libraryVersion), "libxml2": .string(xml),
        "prefect_api": .string(Prefect.apiVersion), "prefect": .string(Prefect.version),
      ])
  }
}
