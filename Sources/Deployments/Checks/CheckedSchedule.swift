import Essentials
package import FlowKit
package import PrefectAPI

extension Prefect.DeploymentScheduleCreate {
  /// A schedule to be added, with its slug and parameters.
  ///
  /// - Throws: `Misconfiguration` where the server would refuse it, or take it and never run.
  package init(checking schedule: Deployment.Schedule) throws {
    if let problem = ScheduleCheck.problem(schedule) {
      throw Misconfiguration("the schedule is wrong: \(problem)")
    }
    self = ScheduleRecord(schedule).create
  }
}
