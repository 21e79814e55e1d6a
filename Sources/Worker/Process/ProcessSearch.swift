package import FoundationEssentials
import PrefectAPI

/// Finds the process of a run by what it was told, where a worker was stopped between starting it and writing it down.
package enum ProcessSearch {
  /// The process of a run, if one runs.
  ///
  /// - Parameter option: by which a process waits for the word (``HeldProcess``). It is let go only after it is written
  ///   down: one that is looked for never was, and ends by itself.
  package static func process(ofRun id: UUID, notWaitingBy option: String?) -> ProcessIdentity? {
    let mark = "PREFECT__FLOW_RUN_ID=\(id.wire)"
    for pid in ProcFile.pids() where pid > 1 {
      // The leader of its group: the others are its children.
      guard let stat = ProcessStat(pid: pid), stat.group == pid, !stat.isZombie,
        let environment = ProcFile.text("/proc/\(pid)/environ"),
        environment.split(separator: "\0").contains(mark[...])
      else { continue }
      if let option, ProcFile.text("/proc/\(pid)/cmdline")?.split(separator: "\0").last == option[...] {
        continue
      }
      return ProcessIdentity(of: pid)
    }
    return nil
  }

  /// The largest resident memory that a process has had, in bytes; nil where it runs no more.
  static func peakMemory(of pid: Int32) -> Int? {
    guard let status = ProcFile.text("/proc/\(pid)/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let number = line.split(whereSeparator: { !$0.isNumber }).first
    else { return nil }
    return Int(number).map { $0 * 1024 }
  }
}
