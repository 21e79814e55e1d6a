import Foundation

/// The branch that is checked out.
enum GitBranch {
  /// By the variables of GitHub and GitLab, whose runners check out a commit and no branch; else by the repository
  /// around the folder. Nil where neither tells.
  static func current(
    _ environment: [String: String], folder: String = FileManager.default.currentDirectoryPath
  )
    -> String?
  {
    for name in ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_BRANCH"] {
      if let branch = environment[name], !branch.isEmpty { return branch }
    }
    var place = URL(filePath: folder).standardizedFileURL
    while true {
      if let head = head(of: place.appending(path: ".git").path) {
        return head.hasPrefix("ref: refs/heads/") ? String(head.dropFirst(16)) : nil
      }
      if place.path == "/" { return nil }
      place.deleteLastPathComponent()
    }
  }

  /// What `HEAD` says; `.git` is a folder, or in a worktree a file that names one.
  private static func head(of path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return line(of: "\(path)/HEAD") }
    let text = String(decoding: data, as: UTF8.self)
    guard text.hasPrefix("gitdir: ") else { return nil }
    let folder = text.dropFirst(8).trimmingCharacters(in: .whitespacesAndNewlines)
    let base = URL(filePath: path).deletingLastPathComponent()
    return line(of: folder.hasPrefix("/") ? "\(folder)/HEAD" : base.appending(path: "\(folder)/HEAD").path)
  }

  private static func line(of path: String) -> String? {
    FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}
