import Connectors
import FlowKit
import Runner

/// Where blocks are looked for, in order.
enum BlockPlaces {
  /// The environment, the documents of a folder, and the files of the Climate Data Store's own clients.
  static func all(_ environment: [String: String], folder: String) -> [any BlockSource] {
    [
      CDSEnvironmentKey(environment: environment), EnvironmentBlocks(environment),
      BlockFiles(folder: folder, environment: environment),
      CDSConfigurationFiles(environment: environment),
    ]
  }
}
