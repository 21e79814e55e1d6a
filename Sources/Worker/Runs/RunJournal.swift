package import Essentials
import Foundation
package import FoundationEssentials
import Glibc
import JSON
import PrefectAPI
import Synchronization

/// The folder in which a worker keeps its runs: a record and the output of each.
///
/// It belongs to one worker at a time, by a lock that the system lifts when the worker ends in whatever way.
package final class RunJournal: Sendable {
  package let folder: String
  private let lock: Mutex<Int32?>
  private let log: Log

  /// - Parameters:
  ///   - folder: made where it is not there.
  ///   - name: of the worker, for the message where another one has the folder.
  package init(folder: String, name: String, log: Log) throws {
    self.folder = folder
    self.log = log
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Misconfiguration(
        "cannot make the worker's folder \(folder): \(error.localizedDescription)",
        remedy: "Set XDG_STATE_HOME to a folder that can be written.")
    }
    let file = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw Misconfiguration(
        "cannot write in the worker's folder \(folder): \(String(cString: strerror(errno)))",
        remedy: "Set XDG_STATE_HOME to a folder that can be written.")
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      Glibc.close(file)
      throw Misconfiguration(
        "a worker named \(name) runs on this machine already: it holds \(folder)",
        remedy: "Stop it, or give this one another name with --name.")
    }
    lock = Mutex(file)
  }

  deinit { close() }

  /// Lets another worker have the folder.
  package func close() {
    lock.withLock { file in
      if let open = file {
        // Closing alone does not do it while a process that is just being started still has the file too.
        flock(open, LOCK_UN)
        Glibc.close(open)
      }
      file = nil
    }
  }

  package func outputPath(of id: UUID) -> String { "\(folder)/\(id.wire).log" }
  private func recordPath(of id: UUID) -> String { "\(folder)/\(id.wire).json" }
  private func temporaryFolder(of id: UUID) -> String { "\(folder)/\(id.wire).work" }

  /// Writes a record down; whoever reads it sees the old one or the new one.
  package func write(_ record: RunRecord) throws {
    let path = recordPath(of: record.id)
    do {
      try Data(record.json.bytes()).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw Fault("cannot write \(path): \(error.localizedDescription)", remedy: "Is the disk full?")
    }
  }

  /// The records of runs that a worker before this one had not done with.
  package func records() -> [RunRecord] {
    names.filter { $0.hasSuffix(".json") }.compactMap { name in
      let path = "\(folder)/\(name)"
      guard let data = FileManager.default.contents(atPath: path),
        let document = try? JSONValue(parsing: Array(data)), let record = RunRecord(json: document)
      else {
        log.warning("\(path) is no record of a run; it is removed")
        remove(path)
        return nil
      }
      return record
    }
  }

  /// Makes the folder in which a run works that has none of its own.
  package func makeTemporaryFolder(of id: UUID) throws -> String {
    let path = temporaryFolder(of: id)
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Fault(
        "cannot make the folder \(path): \(error.localizedDescription)", remedy: "Is the disk full?")
    }
    return path
  }

  /// Forgets a run.
  ///
  /// - Parameter keepingOutput: for a run that crashed, whose output may be all that tells why.
  package func forget(_ id: UUID, keepingOutput: Bool) {
    remove(recordPath(of: id))
    remove(temporaryFolder(of: id))
    if !keepingOutput { remove(outputPath(of: id)) }
  }

  /// How long the output of runs that crashed is kept: a week, as long as it is not more than 1 GB.
  static let retention = Retention(age: .seconds(7 * 86_400), bytes: 1_000_000_000)

  /// Removes output, and folders, of runs long ago; those that are in hand have a record and stay.
  package func clean(now: Date) {
    let present = Set(names)
    let removed = Self.retention.apply(to: folder, now: now) { name in
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      return parts.count == 2 && ["log", "work"].contains(parts[1]) && !present.contains("\(parts[0]).json")
    }
    if !removed.isEmpty { log.info("removed what \(removed.count) runs of long ago had left in \(folder)") }
  }

  private var names: [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      log.error("cannot read the worker's folder \(folder): \(error.localizedDescription)")
      return []
    }
  }

  private func remove(_ path: String) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      log.warning("cannot remove \(path): \(error.localizedDescription)")
    }
  }
}
