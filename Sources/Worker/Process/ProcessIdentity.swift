package import JSON

/// A process beyond the life of its pid, which the system gives away again.
package struct ProcessIdentity: Sendable, Equatable {
  package var pid: Int32
  /// In clock ticks after the start of the machine, field 22 of `/proc/<pid>/stat` (proc(5)).
  package var startTicks: UInt64
  /// Which start of the machine, `/proc/sys/kernel/random/boot_id`.
  package var bootID: String

  package init(pid: Int32, startTicks: UInt64, bootID: String) {
    self.pid = pid
    self.startTicks = startTicks
    self.bootID = bootID
  }

  /// The identity of a process that runs, or that nobody has waited for yet; nil where there is none.
  package init?(of pid: Int32) {
    guard let stat = ProcessStat(pid: pid) else { return nil }
    self.init(pid: pid, startTicks: stat.startTicks, bootID: Self.currentBootID)
  }

  /// Whether that very process still runs.
  package var isAlive: Bool {
    guard bootID == Self.currentBootID, let stat = ProcessStat(pid: pid) else { return false }
    return stat.startTicks == startTicks && !stat.isZombie
  }

  package static var currentBootID: String {
    ProcFile.text("/proc/sys/kernel/random/boot_id")?.split(separator: "\n").first.map(String.init) ?? ""
  }

  package var json: JSONValue {
    ["pid": .integer(Int(pid)), "start_ticks": .string(String(startTicks)), "boot_id": .string(bootID)]
  }

  package init?(json: JSONValue?) {
    guard let pid = json?["pid"]?.integer.flatMap({ Int32(exactly: $0) }), pid > 1,
      let ticks = json?["start_ticks"]?.string.flatMap({ UInt64($0) }), let boot = json?["boot_id"]?.string
    else { return nil }
    self.init(pid: pid, startTicks: ticks, bootID: boot)
  }
}

/// What `/proc/<pid>/stat` says (proc(5)).
struct ProcessStat: Equatable {
  let state: Character
  let group: Int32
  let startTicks: UInt64
  /// Resident memory in pages.
  let residentPages: Int

  var isZombie: Bool { state == "Z" || state == "X" }

  init?(pid: Int32) {
    guard let text = ProcFile.text("/proc/\(pid)/stat") else { return nil }
    self.init(text)
  }

  /// The name, in brackets, may have spaces and brackets itself: the fields begin behind the last one.
  init?(_ text: String) {
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
    // From field 3 on: state; 5 is the process group, 22 the start, 24 the resident pages.
    guard fields.count > 21, let state = fields[0].first, let group = Int32(fields[2]),
      let start = UInt64(fields[19]), let pages = Int(fields[21])
    else { return nil }
    self.state = state
    self.group = group
    startTicks = start
    residentPages = pages
  }
}
