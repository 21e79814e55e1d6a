package import ArgumentParser
internal import Climate

/// `sluice grid FILE`.
package struct GridCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "grid", abstract: "Says what is in a climate file: its grid, variables and times.")

  @Argument(help: "A NetCDF file, or a ZIP of them, as the Climate Data Store delivers.")
  var file: String

  package init() {}

  package func run() throws {
    print(GridReport.text(try ClimateFile(path: file)), terminator: "")
  }
}
