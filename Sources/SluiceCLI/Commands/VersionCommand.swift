import ArgumentParser
import CLibXML2
import Climate
import HTTP

/// `sluice version`: this program and the libraries it runs on.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  func run() {
    print("sluice \(SluiceProgram.version)")
    print(HTTPClient.libraryVersion)
    print("libnetcdf \(ClimateFile.libraryVersion)")
    print("libxml2 \(String(cString: sluice_libxml2_version()))")
  }
}
