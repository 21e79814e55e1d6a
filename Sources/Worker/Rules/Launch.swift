package import FoundationEssentials
package import PrefectAPI

/// What is started for a run: words, environment, folder.
package struct Launch: Sendable, Equatable {
  /// The program and its arguments. No secret is among them: every user of the machine can read them.
  package var words: [String]
  package var environment: [String: String]
  /// Nil: a temporary one is made, and removed with the process.
  package var workingFolder: String?

  package init(words: [String], environment: [String: String] = [:], workingFolder: String? = nil) {
    self.words = words
    self.environment = environment
    self.workingFolder = workingFolder
  }

  /// What a run is about, as its process is told.
  package struct Subject: Sendable {
    package var flowRun: UUID
    package var flow: UUID
    package var flowName: String?
    package var deployment: UUID?
    package var deploymentName: String?
    package var worker: String

    package init(_ run: Prefect.FlowRun, flowName: String?, deploymentName: String?, worker: String) {
      flowRun = run.id
      flow = run.flowID
      deployment = run.deploymentID
      self.flowName = flowName
      self.deploymentName = deploymentName
      self.worker = worker
    }
  }

  /// - Parameters:
  ///   - ownCommand: what runs a flow of this program, for a deployment without a command.
  ///   - waitingBy: the option by which it waits for the word before it begins (``HeldProcess``); nil where it does not.
  ///   - inherited: the worker's environment.
  ///   - settings: Prefect's settings of the worker, wherever it has them from, so that the child speaks to the same API
  ///     with the same login.
  package init(
    _ subject: Subject, _ job: JobConfiguration, ownCommand: [String], waitingBy option: String? = nil,
    inherited: [String: String], settings: [String: String]
  ) {
    var environment = inherited.merging(settings) { $1 }
    for (name, value) in job.environment where !Self.isOfWorker(name) {
      environment[name] = value
    }
    let contract: [String: String?] = [
      "PREFECT__FLOW_RUN_ID": subject.flowRun.wire, "PREFECT__FLOW_ID": subject.flow.wire,
      "PREFECT__FLOW_NAME": subject.flowName, "PREFECT__DEPLOYMENT_ID": subject.deployment?.wire,
      "PREFECT__DEPLOYMENT_NAME": subject.deploymentName, "PREFECT__WORKER_NAME": subject.worker,
      // The worker reports crashes and cancellations; Python's engine must not load the flow for hooks as well.
      "PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",
    ]
    for (name, value) in contract { environment[name] = value }
    let own = ownCommand + (option.map { [$0] } ?? [])
    self.init(words: job.command ?? own, environment: environment, workingFolder: job.workingFolder)
  }

  /// Whether a variable is the worker's to set: with another API's address or login the run could be reported to
  /// nobody. Prefect's own worker takes none of its settings from job variables.
  private static func isOfWorker(_ name: String) -> Bool {
    name.hasPrefix("PREFECT__")
      || ["PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_API_KEY"].contains(name)
  }

  /// The file of a program, found as execvp(3) finds it, but by the child's own `PATH` and folder.
  ///
  /// - Parameter isProgram: whether a path is a file that may be executed.
  package func program(_ isProgram: (String) -> Bool) -> String? {
    guard let name = words.first else { return nil }
    let folder = workingFolder ?? "."
    func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }
    if name.contains("/") {
      let path = absolute(name)
      return isProgram(path) ? path : nil
    }
    let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":", omittingEmptySubsequences: false)
      .map { absolute("\($0.isEmpty ? "." : String($0))/\(name)") }.first(where: isProgram)
  }
}
