import Essentials
import Foundation
import Glibc
import PrefectAPI
import PrefectTesting
import Synchronization
import Testing

@testable import Worker

@Suite("A run's process", .timeLimit(.minutes(1))) struct ProcessTests {
  @Test("Its exit code and its processor time are known")
  func exitCode() async throws {
    let script = try Script()
    defer { script.remove() }
    let ending = try await script.start("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 7").ending
    #expect(ending.exit == .exited(7))
    let usage = try #require(ending.usage)
    #expect(usage.cpuSeconds > 0 && usage.cpuSeconds < 30)
  }

  @Test(
    "The memory of a process that is larger than this program is known; of a smaller one this program's own is not said"
  )
  func peakMemory() async throws {
    let script = try Script()
    defer { script.remove() }
    let large = try await script.start("head -c 500000000 /dev/zero | tail -c 400000000 > /dev/null").ending
    #expect(large.usage?.peakMemory.map { (390_000_000...900_000_000).contains($0) } == true)
    #expect(try await script.start("true").ending.usage?.peakMemory == nil)
  }

  @Test("The signal that ended it is known")
  func signal() async throws {
    let script = try Script()
    defer { script.remove() }
    #expect(try await script.start("kill -SEGV $$").ending.exit == .signalled(11))
  }

  @Test("Both of its streams go to the file, it reads nothing, and it gets no other file of the worker's")
  func streams() async throws {
    let script = try Script()
    defer { script.remove() }
    let ending = try await script.start(
      "read line || echo nothing; echo error >&2; ls /proc/self/fd | wc -l; pwd; echo $A; env | wc -l",
      environment: ["PATH": "/usr/bin:/bin", "A": "b c"]
    ).ending
    #expect(ending.exit == .exited(0))
    let lines = script.printed.split(separator: "\n").map(String.init)
    // ls itself has its folder open besides the three streams; env has PATH, A and PWD of the shell.
    #expect(lines.prefix(5) == ["nothing", "error", "4", script.folder, "b c"])
    #expect(Int(lines.last ?? "").map { $0 <= 4 } == true)
  }

  @Test("Signals that this program ignores are not ignored in it")
  func signals() async throws {
    Glibc.signal(SIGUSR1, SIG_IGN)
    defer { Glibc.signal(SIGUSR1, SIG_DFL) }
    let script = try Script()
    defer { script.remove() }
    #expect(try await script.start("kill -USR1 $$; exit 0").ending.exit == .signalled(10))
  }

  @Test("It leads a group, and what it left behind goes with it")
  func group() async throws {
    let script = try Script()
    defer { script.remove() }
    let watch = try script.start("\(endless) & echo $!; exit 0")
    #expect(await watch.ending.exit == .exited(0))
    let left = try #require(Int32(script.printed.split(separator: "\n").first.map(String.init) ?? ""))
    #expect(try await gone(left))
  }

  @Test("A signal reaches the whole group")
  func wholeGroup() async throws {
    let script = try Script()
    defer { script.remove() }
    let watch = try script.start("sh -c '\(endless); true' & echo $!; wait")
    let child = try #require(Int32(await script.firstLine()))
    watch.signal(SIGTERM)
    #expect(await watch.ending.exit == .signalled(15))
    #expect(try await gone(child))
  }

  @Test("A program that is not there, may not be executed or is a folder is named")
  func missing() throws {
    let script = try Script()
    defer { script.remove() }
    try Data().write(to: URL(filePath: "\(script.folder)/plain"))
    chmod("\(script.folder)/plain", 0o600)
    for words in [["no-such-program"], ["\(script.folder)/plain"], ["/etc"], []] {
      let failure = try #require(throws: ChildProcess.StartFailure.self) {
        try ChildProcess.start(Launch(words: words), folder: script.folder, output: script.output)
      }
      #expect(failure.message.contains("there is no program \(words.first ?? "")"))
      #expect(failure.kind == .configuration)
    }
  }

  @Test("A file that is no program, though it may be executed, is named")
  func noProgram() throws {
    let script = try Script()
    defer { script.remove() }
    let file = "\(script.folder)/data"
    try Data([0x7f, 0x45, 0x4c, 0x46, 0, 0]).write(to: URL(filePath: file))
    chmod(file, 0o755)
    let failure = try #require(throws: ChildProcess.StartFailure.self) {
      try ChildProcess.start(Launch(words: [file]), folder: script.folder, output: script.output)
    }
    #expect(failure.message == "\(file) cannot be executed: Exec format error")
  }

  @Test("A working directory that is not there is named")
  func noFolder() throws {
    let script = try Script()
    defer { script.remove() }
    let failure = try #require(throws: ChildProcess.StartFailure.self) {
      try ChildProcess.start(Launch(words: ["/bin/true"]), folder: "/no/such/folder", output: script.output)
    }
    #expect(failure.message == "the working directory /no/such/folder does not exist")
  }

  @Test("The process of another program is watched as well, though nobody learns its exit code")
  func adopted() async throws {
    let script = try Script()
    defer { script.remove() }
    // The shell in between ends at once: what it leaves is nobody's child here.
    let outer = try Script()
    defer { outer.remove() }
    let starter = try outer.start(
      "setsid \(endless) > /dev/null 2>&1 & while [ $(cut -d' ' -f5 /proc/$!/stat) != $! ]; do :; done; echo $!"
    )
    _ = await starter.ending
    let pid = try #require(Int32(outer.printed.split(separator: "\n").first.map(String.init) ?? ""))
    let identity = try #require(try await eventually { ProcessIdentity(of: pid) })
    let watch = try #require(try ProcessWatch.adopting(identity))
    Glibc.kill(pid, SIGKILL)
    #expect(await watch.ending == ProcessEnding(.unknown(.adopted)))
    #expect(try ProcessWatch.adopting(identity) == nil)
  }

  @Test(
    "A process that has the pid of another, or ran before the machine was started anew, is not taken for it")
  func identity() throws {
    var identity = try #require(ProcessIdentity(of: getpid()))
    #expect(identity.isAlive)
    identity.startTicks += 1
    #expect(try !identity.isAlive && ProcessWatch.adopting(identity) == nil)
    identity.startTicks -= 1
    identity.bootID = "another"
    #expect(!identity.isAlive)
  }

  @Test("The process of a run is found by what it was told")
  func search() async throws {
    let script = try Script()
    defer { script.remove() }
    let id = UUID()
    let watch = try script.start(
      "echo ready; \(endless)", environment: ["PATH": "/usr/bin:/bin", "PREFECT__FLOW_RUN_ID": id.wire])
    _ = await script.firstLine()
    #expect(ProcessSearch.process(ofRun: id, notWaitingBy: nil) == watch.identity)
    #expect(ProcessSearch.process(ofRun: UUID(), notWaitingBy: nil) == nil)
    watch.signal(SIGKILL)
    _ = await watch.ending
  }

  @Test("The memory of a group is that of all its processes")
  func memory() async throws {
    let script = try Script()
    defer { script.remove() }
    let watch = try script.start("\(endless) & \(endless) & echo ready; wait")
    _ = await script.firstLine()
    let memory = watch.group.residentMemory()
    // Three processes of at least a page each, none of them large.
    #expect((12288...100_000_000).contains(memory))
    watch.signal(SIGKILL)
    _ = await watch.ending
    #expect(watch.group.residentMemory() == 0)
  }

  @Test("The fields of /proc are found behind a name with brackets and spaces")
  func stat() throws {
    let fields = (1...30).map(String.init).joined(separator: " ")
    let stat = try #require(ProcessStat("4711 (a) b (c)) S 1 4700 \(fields)"))
    #expect(stat.state == "S" && stat.group == 4700)
    // Field 22 and 24 of the line; those behind the group begin with field 6.
    #expect(stat.startTicks == 17 && stat.residentPages == 19)
    #expect(ProcessStat("4711 (a S 1") == nil)
  }

  private func gone(_ pid: Int32) async throws -> Bool {
    try await eventually { ProcessStat(pid: pid).map(\.isZombie) ?? true ? true : nil } ?? false
  }
}

@Suite("The output of a run is followed") struct OutputTailTests {
  private func append(_ text: String, to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(file) }
    #expect(write(file, text, text.utf8.count) == text.utf8.count)
  }

  @Test("Each piece comes once; a file that is not there yet is empty")
  func pieces() throws {
    let folder = try Example.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/log"
    var tail = OutputTail(path: path)
    var seen = ""
    func read() { tail.read { seen += String(decoding: $0, as: UTF8.self) } }
    read()
    try append("one\n", to: path)
    read()
    read()
    try append("two\nthr", to: path)
    read()
    #expect(seen == "one\ntwo\nthr")
    #expect(tail.lastLines == "one\ntwo\nthr")
    #expect(tail.position == 11)
    var later = OutputTail(path: path, position: 4)
    later.read { seen = String(decoding: $0, as: UTF8.self) }
    #expect(seen == "two\nthr")
  }

  @Test("A file that grows without end is emptied, and the process writes on at its beginning")
  func emptied() throws {
    let folder = try Example.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/log"
    var tail = OutputTail(path: path)
    try append("0123456789", to: path)
    tail.read(emptyingAbove: 9) { _ in }
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int == 0)
    try append("ab", to: path)
    var seen = ""
    tail.read(emptyingAbove: 9) { seen = String(decoding: $0, as: UTF8.self) }
    #expect(seen == "ab")
  }

  @Test("Only the last lines are kept, and only whole ones")
  func lastLines() throws {
    let folder = try Example.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/log"
    let lines = (1...1000).map { "line \($0)" }
    try append(lines.joined(separator: "\n") + "\n", to: path)
    var tail = OutputTail(path: path)
    tail.read { _ in }
    #expect(tail.lastLines == lines.suffix(20).joined(separator: "\n"))
  }
}
