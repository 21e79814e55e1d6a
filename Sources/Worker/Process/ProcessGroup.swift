import Glibc

/// The processes that a run's own process started, and itself: they share a process group unless they left it.
struct ProcessGroup: Sendable {
  let id: Int32

  /// Signals all of them; false where there is none.
  @discardableResult func signal(_ signal: Int32) -> Bool { id > 1 && kill(-id, signal) == 0 }

  /// The resident memory of all of them together, in bytes; pages that they share count for each.
  func residentMemory() -> Int {
    let pages = ProcFile.pids().reduce(into: 0) { sum, pid in
      if let stat = ProcessStat(pid: pid), stat.group == id { sum += max(0, stat.residentPages) }
    }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
