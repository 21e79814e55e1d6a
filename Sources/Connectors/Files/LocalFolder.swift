import Glibc

/// What is asked about local files besides their content.
enum LocalFolder {
  /// The size in bytes; nil where there is no file.
  static func size(of path: String) throws -> Int? {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw FileFailure("look at", path, error: errno)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { return nil }
    return Int(status.st_size)
  }

  /// Removes a file; nothing to do where there is none.
  static func delete(_ path: String) throws {
    guard unlink(path) != 0, errno != ENOENT, errno != ENOTDIR else { return }
    throw FileFailure("delete", path, error: errno)
  }

  /// All files below a folder but hidden ones, by name; empty where there is no such folder.
  static func files(below folder: String) throws -> [StoredFile] {
    var found: [StoredFile] = []
    try collect(folder, &found)
    return found.sorted {
      $0.location.description.utf8.lexicographicallyPrecedes($1.location.description.utf8)
    }
  }

  private static func collect(_ folder: String, _ found: inout [StoredFile]) throws {
    guard let entries = opendir(folder.isEmpty ? "." : folder) else {
      if errno == ENOENT || errno == ENOTDIR { return }
      throw FileFailure("list", folder, error: errno)
    }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      // Drafts, too, are hidden.
      if name.hasPrefix(".") { continue }
      let location = Location.file(folder).appending(name)
      var status = stat()
      // Gone meanwhile, or a link to nowhere.
      guard lstat(location.description, &status) == 0 else { continue }
      // A link to a folder may lead round in a circle; one to a file is a file.
      if status.st_mode & S_IFMT == S_IFDIR {
        try collect(location.description, &found)
      } else if stat(location.description, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
        found.append(StoredFile(location: location, size: Int(status.st_size)))
      }
    }
  }
}
