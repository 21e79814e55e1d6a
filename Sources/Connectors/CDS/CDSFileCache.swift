import Essentials
import FlowKit
import Foundation
import Glibc

/// Downloaded files, each under the hash of everything that defines it: store, data set, variables, times, area.
///
/// A file and the record beside it are complete or not there: both get their names when they are whole, the record
/// last. On use, size and hash must be those of the record.
struct CDSFileCache: Sendable {
  let folder: String
  let store: String

  /// A provisional file serves so long where the work with it never came to its end.
  static let provisionalLifetime: TimeInterval = 24 * 3600
  /// What nobody asked for in so long is removed.
  static let lifetime: TimeInterval = 90 * 24 * 3600

  init(cacheFolder: String, store: String) {
    folder = "\(cacheFolder)/cds"
    self.store = store
  }

  func path(_ request: CDSRequest) -> String { "\(folder)/\(request.fingerprint(at: store)).download" }
  private func recordPath(_ request: CDSRequest) -> String {
    "\(folder)/\(request.fingerprint(at: store)).json"
  }

  /// The file that an earlier run left, if it can be used.
  func file(for request: CDSRequest, now: Date, log: Log) -> CDSFile? {
    let path = path(request)
    guard let bytes = FileManager.default.contents(atPath: recordPath(request)),
      let record = try? JSONValue(parsing: Array(bytes)), let job = record["job"]?.string,
      let size = record["size"]?.integer, let hash = record["sha256"]?.string,
      let seconds = record["downloaded"]?.double
    else { return nil }
    let downloaded = Date(timeIntervalSince1970: seconds)
    let isProvisional = record["provisional"]?.bool ?? true
    if isProvisional, now.timeIntervalSince(downloaded) > Self.provisionalLifetime { return nil }
    guard let found = try? Self.measure(path), found.size == size, found.sha256 == hash else {
      log.warning("the kept file \(path) is not what was downloaded: it is fetched again")
      return nil
    }
    // Their time of change tells when they were used last.
    for part in [path, recordPath(request)] { utimes(part, nil) }
    return CDSFile(
      path: path, request: request, job: job, byteCount: size, sha256: hash, downloaded: downloaded,
      content: isProvisional ? .provisional : .final, wasKept: true)
  }

  /// Takes in a file that was downloaded into this cache's folder.
  func keep(
    _ draft: String, for request: CDSRequest, job: String, content: CDSFile.Content, now: Date
  ) throws -> CDSFile {
    let measured = try Self.measure(draft)
    let path = path(request)
    // Without its record a file is nothing: the old record goes before the new file comes.
    unlink(recordPath(request))
    guard rename(draft, path) == 0 else { throw FileFailure("write", path, error: errno) }
    let record: JSONValue = [
      "dataset": .string(request.dataset), "inputs": .object(request.inputs), "job": .string(job),
      "size": .integer(measured.size), "sha256": .string(measured.sha256),
      "downloaded": .number(now.timeIntervalSince1970), "provisional": .bool(content == .provisional),
    ]
    let file = try LocalDraft(for: recordPath(request))
    try record.bytes().withUnsafeBytes { try file.write($0) }
    try file.place()
    return CDSFile(
      path: path, request: request, job: job, byteCount: measured.size, sha256: measured.sha256,
      downloaded: now, content: content, wasKept: false)
  }

  func remove(_ request: CDSRequest) {
    unlink(recordPath(request))
    unlink(path(request))
  }

  /// Removes what nobody has used for long, and what killed runs left half done.
  func tidy(now: Date) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      let path = "\(folder)/\(name)"
      var status = stat()
      guard stat(path, &status) == 0 else { continue }
      let age = now.timeIntervalSince1970 - Double(status.st_mtim.tv_sec)
      let limit = name.hasSuffix(".part") ? Self.provisionalLifetime : Self.lifetime
      if age > limit { unlink(path) }
    }
  }

  /// Size and hash of a file, a piece at a time.
  private static func measure(_ path: String) throws -> (size: Int, sha256: String) {
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? file.close() }
    var hash = SHA256()
    var size = 0
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      hash.add(Array(piece))
      size += piece.count
    }
    return (size, hash.hexadecimal())
  }
}
