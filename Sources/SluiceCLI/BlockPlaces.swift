import Connectors
import FlowKit
import PrefectClient
import Runner

/// Where blocks are looked for, in order.
enum BlockPlaces {
  /// The environment, a Prefect server where there is one, the documents of a folder, and the files of the Climate Data
  /// Store's own clients.
  static func all(
    _ environment: [String: String], server: PrefectClient? = nil, folder: String
  ) -> [any BlockSource] {
    var places: [any BlockSource] = [
      CDSEnvironmentKey(environment: environment), EnvironmentBlocks(environment),
    ]
    if let server { places.append(PrefectBlocks(server)) }
    return places + [
      BlockFiles(folder: folder, environment: environment),
      CDSConfigurationFiles(environment: environment),
    ]
  }
}
