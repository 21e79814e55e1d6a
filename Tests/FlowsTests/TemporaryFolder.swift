import Foundation

/// Folders for tests; the system clears them away.
enum TemporaryFolder {
  static func make() -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "sluice-test-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
