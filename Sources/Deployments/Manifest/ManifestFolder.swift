import Foundation

/// Where the manifests of a project lie.
package enum ManifestFolder {
  /// `deployments/<flow>/prefect.yaml` below a folder, in the order of their names; where there is none, the
  /// `prefect.yaml` in the folder itself; empty where there is neither.
  package static func manifests(below folder: String) -> [String] {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: joined(folder, "deployments"))) ?? []
    let found = names.sorted().map { joined(folder, "deployments/\($0)/prefect.yaml") }
      .filter(files.fileExists(atPath:))
    let root = joined(folder, "prefect.yaml")
    return found.isEmpty && files.fileExists(atPath: root) ? [root] : found
  }

  private static func joined(_ folder: String, _ path: String) -> String {
    folder == "." ? path : "\(folder)/\(path)"
  }
}
