import Essentials
import FlowKit
import Foundation

/// Tells two the same: a server, and whoever reads the output of the process.
struct ReporterPair: RunReporter {
  let first: any RunReporter
  let second: any RunReporter

  func log(_ line: Log.Line, at time: Date) {
    first.log(line, at: time)
    second.log(line, at: time)
  }
  func taskStarted(_ task: TaskIdentity) {
    first.taskStarted(task)
    second.taskStarted(task)
  }
  func taskFinished(_ task: TaskIdentity, _ outcome: TaskOutcome) {
    first.taskFinished(task, outcome)
    second.taskFinished(task, outcome)
  }
  func artifact(_ artifact: Artifact, key: String, description: String?) {
    first.artifact(artifact, key: key, description: description)
    second.artifact(artifact, key: key, description: description)
  }
  func progress(_ name: String, _ fraction: Double) {
    first.progress(name, fraction)
    second.progress(name, fraction)
  }
  func reporter(forSubflow id: UUID, flow: String, parameters: JSONObject) -> any RunReporter {
    ReporterPair(
      first: first.reporter(forSubflow: id, flow: flow, parameters: parameters),
      second: second.reporter(forSubflow: id, flow: flow, parameters: parameters))
  }
  func subflowStarted(_ id: UUID, flow: String, parent: UUID) {
    first.subflowStarted(id, flow: flow, parent: parent)
    second.subflowStarted(id, flow: flow, parent: parent)
  }
  func subflowFinished(_ id: UUID, _ error: (any Error)?) {
    first.subflowFinished(id, error)
    second.subflowFinished(id, error)
  }
}
