import Essentials

/// Reads and writes locations: local files and object storage alike.
public struct Storage: Sendable {
  public init() {}

  /// Opens a location to be read from its beginning; gzip is unpacked where the name ends in `.gz`.
  ///
  /// - Throws: ``FileFailure`` where there is no such file or it may not be read.
  public func reader(of location: Location) async throws -> LocationReader {
    switch location {
    case .file(let path): LocationReader(location, try LocalSource(path))
    case .object: throw Self.unsupported(location)
    }
  }

  /// Begins to write a location; gzip is packed where the name ends in `.gz`. Folders that are missing are made.
  ///
  /// - Throws: ``FileFailure`` where it may not be written.
  public func writer(to location: Location) async throws -> LocationWriter {
    switch location {
    case .file(let path): LocationWriter(location, try LocalSink(path))
    case .object: throw Self.unsupported(location)
    }
  }

  /// The whole content, in memory, unpacked where the name ends in `.gz`. For small files.
  public func read(_ location: Location) async throws -> [UInt8] {
    var reader = try await reader(of: location)
    return try await reader.rest()
  }

  /// Writes the whole content, packed where the name ends in `.gz`. For small files.
  public func write(_ bytes: [UInt8], to location: Location) async throws {
    let writer = try await writer(to: location)
    try await writer.write(bytes)
    try await writer.finish()
  }

  /// Whether there is a file at the location. A folder is none.
  public func exists(_ location: Location) async throws -> Bool { try await size(of: location) != nil }

  /// The size in bytes, as stored; nil where there is no file.
  public func size(of location: Location) async throws -> Int? {
    switch location {
    case .file(let path): try LocalFolder.size(of: path)
    case .object: throw Self.unsupported(location)
    }
  }

  /// Removes a file; nothing to do where there is none.
  public func delete(_ location: Location) async throws {
    switch location {
    case .file(let path): try LocalFolder.delete(path)
    case .object: throw Self.unsupported(location)
    }
  }

  /// All files in and below a folder, by name; empty where there are none. Local files whose names begin with a dot
  /// are left out.
  public func list(_ folder: Location) async throws -> [StoredFile] {
    switch folder {
    case .file(let path): try LocalFolder.files(below: path)
    case .object: throw Self.unsupported(folder)
    }
  }

  private static func unsupported(_ location: Location) -> Misconfiguration {
    Misconfiguration(
      "\(location) is in object storage, which this version does not reach", remedy: "Use a path.")
  }
}
