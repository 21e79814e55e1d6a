import CLinux
package import Essentials
import Glibc

/// A process in a group of its own, whose output goes to a file.
///
/// The file, and not a pipe, because a pipe would break with the worker, and the process with it. Nothing but the
/// three standard streams is handed down, and signals are as in a new shell, whatever this program ignores.
package enum ChildProcess {
  /// Why a process could not be started.
  package struct StartFailure: Failure {
    package let message: String
    package let remedy: String?
    package var kind: FailureKind { .configuration }
  }

  /// Starts a process.
  ///
  /// - Parameters:
  ///   - folder: where it runs; must exist.
  ///   - output: the file for its output and its errors; is appended to.
  ///   - input: the open file that it reads from; nil for nothing.
  /// - Returns: its identity.
  package static func start(
    _ launch: Launch, folder: String, output: String, input: Int32? = nil
  ) throws -> ProcessIdentity {
    var launch = launch
    launch.workingFolder = folder
    guard access(folder, X_OK) == 0 else {
      throw StartFailure(
        message: "the working directory \(folder) \(problem(errno))",
        remedy: "Change working_dir in the deployment's job_variables.")
    }
    guard let program = launch.program({ access($0, X_OK) == 0 && !isFolder($0) }) else {
      throw StartFailure(
        message: "there is no program \(launch.words.first ?? "") that may be executed, by PATH "
          + "\(launch.environment["PATH"] ?? "") and working directory \(folder)",
        remedy:
          "Change command in the deployment's job_variables: the first word names the program, no shell reads it."
      )
    }
    let pid = try spawn(program, launch, folder: folder, output: output, input: input)
    // Nobody waits for it before it is watched: even if it has ended it is still to be found.
    guard let identity = ProcessIdentity(of: pid) else {
      abandon(pid)
      throw Fault("the process \(pid) of \(program) is not to be found in /proc")
    }
    return identity
  }

  /// Kills a child that cannot be looked after, with its group, and waits for it.
  static func abandon(_ pid: pid_t) {
    ProcessGroup(id: pid).signal(SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }

  private static func spawn(
    _ program: String, _ launch: Launch, folder: String, output: String, input: Int32?
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    // Output may have anything in it: for this user's eyes only.
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    posix_spawn_file_actions_addchdir_np(&actions, folder)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var pid = pid_t()
    let variables = launch.environment.map { "\($0.key)=\($0.value)" }.sorted()
    let code = withCStrings(launch.words) { words in
      withCStrings(variables) { environment in
        posix_spawn(&pid, program, &actions, &attributes, words, environment)
      }
    }
    guard code == 0 else {
      throw StartFailure(
        message: "\(program) cannot be executed: \(String(cString: strerror(code)))", remedy: nil)
    }
    return pid
  }

  private static func problem(_ code: Int32) -> String {
    code == ENOENT ? "does not exist" : "cannot be used: \(String(cString: strerror(code)))"
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// An array of C strings that ends with null, while the closure runs.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
    defer { pointers.deallocate() }
    for (place, text) in texts.enumerated() { (pointers + place).initialize(to: strdup(text)) }
    (pointers + texts.count).initialize(to: nil)
    defer { for place in texts.indices { free(pointers[place]) } }
    return body(pointers)
  }
}
