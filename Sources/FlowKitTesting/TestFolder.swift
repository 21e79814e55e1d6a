import Foundation

/// Folders for tests, all in one folder of the process, which is removed when the process ends.
public enum TestFolder {
  private static let root: String = {
    let path = FileManager.default.temporaryDirectory.appending(
      path: "sluice-test-\(ProcessInfo.processInfo.processIdentifier)"
    ).path
    atexit { try? FileManager.default.removeItem(atPath: TestFolder.root) }
    return path
  }()

  /// The path of a folder that is not there yet.
  public static func path() -> String { "\(root)/\(UUID().uuidString)" }

  /// An empty folder.
  public static func make() throws -> String {
    let path = path()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
