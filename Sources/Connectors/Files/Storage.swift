public import Essentials

/// Reads and writes locations: local files and object storage alike.
public struct Storage: Sendable {
  private let objectStorage: ObjectStorage
  private let clock: any WallClock
  private let log: Log
  /// The size of a part of an object, given its number: tests make small ones.
  package var partSize: @Sendable (Int) -> Int = S3Sink.partSize

  /// - Parameters:
  ///   - log: told what cannot be put right and is no failure: parts of an unfinished upload that stay in a store.
  ///   - objectStorage: gives the client of object storage; asked when the first `s3://` location is used, and no
  ///     more once it has given it.
  public init(
    clock: any WallClock = .system, log: Log = .silent,
    objectStorage: @escaping @Sendable () async throws -> S3
  ) {
    self.clock = clock
    self.log = log
    self.objectStorage = ObjectStorage(make: objectStorage)
  }

  /// Local files only: an `s3://` location is a ``Misconfiguration``.
  public init() {
    self.init {
      throw Misconfiguration(
        "no credentials for object storage were given", remedy: "Name a block of credentials, or use a path.")
    }
  }

  /// Opens a location to be read from its beginning; gzip is unpacked where the name ends in `.gz`.
  ///
  /// - Throws: ``FileFailure`` or ``S3Failure`` where there is none or it may not be read; `HTTPFailure`.
  public func reader(of location: Location) async throws -> LocationReader {
    switch location {
    case .file(let path): LocationReader(location, try LocalSource(path))
    case .object(let bucket, let key):
      LocationReader(
        location,
        try await S3Source(try await s3(location, isObject: true), bucket: bucket, key: key, clock: clock))
    }
  }

  /// Begins to write a location; gzip is packed where the name ends in `.gz`. Folders that are missing are made.
  ///
  /// - Throws: ``FileFailure`` where it may not be written. Object storage says so when the first part is sent.
  public func writer(to location: Location) async throws -> LocationWriter {
    switch location {
    case .file(let path): LocationWriter(location, try LocalSink(path))
    case .object(let bucket, let key):
      LocationWriter(
        location,
        S3Sink(
          try await s3(location, isObject: true), bucket: bucket, key: key, clock: clock, log: log,
          partSize: partSize))
    }
  }

  /// Writes a location by what the closure gives to the writer: finishes where it returns, abandons where it throws.
  ///
  /// - Throws: what the closure throws; as ``LocationWriter/finish()``.
  public func write<Result>(
    to location: Location, _ body: (LocationWriter) async throws -> Result
  ) async throws -> Result {
    let writer = try await writer(to: location)
    let result: Result
    do { result = try await body(writer) } catch {
      await writer.abandon()
      throw error
    }
    try await writer.finish()
    return result
  }

  /// The whole content, in memory, unpacked where the name ends in `.gz`. For small files.
  public func read(_ location: Location) async throws -> [UInt8] {
    var reader = try await reader(of: location)
    return try await reader.rest()
  }

  /// Writes the whole content, packed where the name ends in `.gz`. For small files.
  public func write(_ bytes: [UInt8], to location: Location) async throws {
    try await write(to: location) { try await $0.write(bytes) }
  }

  /// Whether there is a file at the location. A folder is none.
  public func exists(_ location: Location) async throws -> Bool { try await size(of: location) != nil }

  /// The size in bytes, as stored; nil where there is no file.
  public func size(of location: Location) async throws -> Int? {
    switch location {
    case .file(let path): try LocalFolder.size(of: path)
    case .object(_, let key) where key.isEmpty: nil
    case .object(let bucket, let key):
      try await s3(location).head(bucket: bucket, key: key)?.size
    }
  }

  /// Removes a file; nothing to do where there is none.
  public func delete(_ location: Location) async throws {
    switch location {
    case .file(let path): try LocalFolder.delete(path)
    case .object(let bucket, let key):
      try await s3(location, isObject: true).delete(bucket: bucket, key: key)
    }
  }

  /// All files in and below a folder, by name; empty where there are none. Local files whose names begin with a dot
  /// are left out.
  public func list(_ folder: Location) async throws -> [StoredFile] {
    switch folder {
    case .file(let path): return try LocalFolder.files(below: path)
    case .object(let bucket, let key):
      // Without the slash, "data" would bring "data-old/a", too.
      let prefix = key.isEmpty || key.hasSuffix("/") ? key : key + "/"
      return try await s3(folder).list(bucket: bucket, prefix: prefix)
        // Consoles make empty objects to show folders.
        .filter { !$0.key.hasSuffix("/") }
        .map { StoredFile(location: .object(bucket: bucket, key: $0.key), size: $0.size) }
    }
  }

  private func s3(_ location: Location, isObject: Bool = false) async throws -> S3 {
    if isObject, case .object(_, let key) = location, key.isEmpty || key.hasSuffix("/") {
      throw Misconfiguration("\(location) is a folder", remedy: "Name an object: s3://bucket/key.")
    }
    do { return try await objectStorage.client() } catch let problem as Misconfiguration {
      throw Misconfiguration("\(location) needs credentials: \(problem.message)", remedy: problem.remedy)
    }
  }
}

/// The client of object storage, made when it is first needed.
private actor ObjectStorage {
  private let make: @Sendable () async throws -> S3
  private var made: S3?

  init(make: @escaping @Sendable () async throws -> S3) { self.make = make }

  func client() async throws -> S3 {
    if let made { return made }
    let client = try await make()
    made = client
    return client
  }
}
