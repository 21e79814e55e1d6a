import Essentials
import FlowKit
public import FoundationEssentials
import Glibc
import JSON
import Synchronization

/// The folder that keeps what a run leaves: `run.log`, and its artifacts as files.
///
/// With every run those of runs long ago go, by ``Retention``.
public final class RunFolder: Sendable {
  /// How long records of runs are kept: a quarter of a year, as long as they are not more than 2 GB.
  static let retention = Retention(age: .seconds(92 * 86_400), bytes: 2_000_000_000)

  public let path: String
  private let log: Mutex<Int32>

  /// Makes the folder of a run: `<state>/runs/<day>-<flow>-<first part of the id>`.
  public init(stateFolder: String, flow: String, id: UUID, now: Date) throws {
    Self.retention.apply(to: "\(stateFolder)/runs", now: now)
    path = "\(stateFolder)/runs/\(CalendarDate(utc: now))-\(flow)-\(id.uuidString.prefix(8).lowercased())"
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Misconfiguration(
        "the folder \(path) for the record of this run cannot be made: \(error.systemReason)",
        remedy: "Set XDG_STATE_HOME to a folder that can be written.")
    }
    let file = open("\(path)/run.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      throw Misconfiguration("\(path)/run.log cannot be written: \(String(cString: strerror(errno)))")
    }
    log = Mutex(file)
  }

  deinit { log.withLock { _ = close($0) } }

  func append(log line: String) throws {
    try log.withLock { file in
      var bytes = Array("\(line)\n".utf8)[...]
      while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        if written < 0, errno == EINTR { continue }
        guard written >= 0 else {
          throw Fault("\(path)/run.log cannot be written: \(String(cString: strerror(errno)))")
        }
        bytes = bytes.dropFirst(written)
      }
    }
  }

  /// Writes an artifact and returns its path. A later one of the same key replaces it.
  func write(_ artifact: Artifact, key: String) throws -> String {
    let (name, text) =
      switch (artifact, artifact.data) {
      case (.image(let address), _) where Self.drawing(address) != nil:
        ("\(key).svg", Redaction.redact(Self.drawing(address) ?? ""))
      case (_, .string(let markdown)): ("\(key).md", Redaction.redact(markdown))
      case (_, let data): ("\(key).json", data.redacted.text(.pretty))
      }
    let file = "\(path)/\(name)"
    do {
      try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
    } catch {
      throw Fault("artifact \(key) cannot be written to \(file): \(error.systemReason)")
    }
    return file
  }

  /// The drawing that an address has in itself: a file that a person can open.
  private static func drawing(_ address: String) -> String? {
    let start = "data:image/svg+xml;base64,"
    guard address.hasPrefix(start), let data = Data(base64Encoded: String(address.dropFirst(start.count)))
    else { return nil }
    return String(decoding: data, as: UTF8.self)
  }
}
