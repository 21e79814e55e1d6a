package import ArgumentParser
internal import Climate
internal import Essentials

/// `sluice zonal`: the audit command.
package struct ZonalCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "zonal", abstract: "Means of a gridded variable over polygons, as CSV.",
    discussion: """
      Each polygon's value is the mean over the cells that it covers, weighted by the covered share and the area of \
      each cell. Values are in the file's own unit. A polygon without a value of its own takes that of the nearest \
      cell that has one, and says so in its status.
      """)

  @Option(help: "A NetCDF file, or a ZIP of them.")
  var grid: String
  @Option(help: "The variable: its name in the file, its standard name or its long name.")
  var variable: String
  @Option(help: "A GeoJSON file with the polygons or points.")
  var polygons: String
  @Option(
    help:
      "The property that names a polygon; else the feature's id does, or its property id, or its position.")
  var idProperty: String?
  @Option(help: "How far, in degrees, a polygon without a value may take one; 0 is not at all.")
  var nearest = 0.3
  @Option(help: "How many threads work; the values do not depend on it.")
  var threads: Int?
  @Option(help: "Where the CSV goes; - is standard output.")
  var output: String
  @Flag(help: "Write the covered share of each cell instead: id, row, col, fraction.")
  var coverage = false

  @Option(help: "Draw a map of one time into this SVG file as well.")
  var map: String?
  @Option(help: "The time of the map: its step, from 0.")
  var mapStep = 0

  package init() {}

  package func validate() throws {
    guard nearest >= 0, nearest <= 180 else {
      throw ValidationError("--nearest must be between 0 and 180 degrees.")
    }
    guard threads ?? 1 >= 1 else { throw ValidationError("--threads must be at least 1.") }
  }

  package func run() throws {
    let log = Log(label: "zonal")
    let file = try ClimateFile(path: grid)
    let variable = try file.variable(variable)
    // Before the work, not after it.
    if map != nil { try checkMapStep(of: variable) }
    let weights = { @Sendable [polygons, idProperty, threads] in
      let zones = try GeoJSON.zones(path: polygons, idProperty: idProperty)
      let weights = ZonalWeights(grid: variable.grid, zones: zones, threads: threads)
      var known: Set<String> = []
      for id in weights.ids where !known.insert(id).inserted {
        log.warning("more than one of the polygons has the id \(id): their rows cannot be told apart")
      }
      for (id, refusal) in zip(weights.ids, weights.refusals) {
        if let refusal { log.warning("\(id) is left out: \(refusal)") }
      }
      return weights
    }
    if coverage {
      try FileOutput.write(to: output) { try ZonalTable.writeCoverage(weights(), to: $0) }
      if let map { try draw(map, file, variable) }
      return
    }
    var counts: [ZonalStatus: Int] = [:]
    let options = ZonalOptions(nearest: nearest, threads: threads)
    try FileOutput.write(to: output) { append in
      try ZonalTable.header.withUnsafeBytes(append)
      var table: ZonalTable?
      try file.forEachBlock(variable.name, threads: threads, weights: weights) { weights, step, field in
        let writer = table ?? ZonalTable(weights)
        table = writer
        let some = try writer.write(field, firstStep: step, options: options, to: append)
        counts.merge(some, uniquingKeysWith: +)
      }
    }
    if let map { try draw(map, file, variable) }
    let total = counts.values.reduce(0, +)
    for status in ZonalStatus.allCases where status != .ok {
      if let count = counts[status] { log.warning("\(count) of \(total) values are \(status.rawValue)") }
    }
  }

  private func checkMapStep(of variable: ClimateVariable) throws {
    guard (0..<variable.stepCount).contains(mapStep) else {
      throw Misconfiguration(
        "cannot draw step \(mapStep) of \(variable.name)",
        remedy: "The file has the steps 0 to \(variable.stepCount - 1).")
    }
  }

  /// Reads the polygons once more: the weights have let go of them.
  private func draw(_ path: String, _ file: ClimateFile, _ variable: ClimateVariable) throws {
    let zones = try GeoJSON.zones(path: polygons, idProperty: idProperty)
    let weights = ZonalWeights(grid: variable.grid, zones: zones, threads: threads)
    let field = try file.read(variable.name, times: mapStep..<mapStep + 1)
    let series = try weights.means(of: field, options: ZonalOptions(nearest: nearest, threads: threads))
    let time = series.times.first.map { ", \(ISOTime.text($0))" } ?? ""
    let title = "\(variable.longName ?? variable.name)\(variable.units.map { " (\($0))" } ?? "")\(time)"
    let svg = ZonalMap.svg(zones, series, step: 0, title: title)
    try FileOutput.write(to: path) { try Array(svg.utf8).withUnsafeBytes($0) }
  }
}
