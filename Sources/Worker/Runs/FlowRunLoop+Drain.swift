import Essentials
import FoundationEssentials

/// How a loop that is to stop deals with the runs in hand.
extension FlowRunLoop {
  func drain() async {
    let policy = options.drain
    guard !runs.isEmpty else { return }
    if let reason = policy.reason {
      log.info("\(runs.count) runs may come to their end within \(policy.patience.inWords)")
      await wait(atMost: policy.patience)
      for run in runs.values { await run.end(reason, grace: policy.killGrace) }
      // Time to tell the server; what does not arrive the next worker tells.
      await wait(atMost: policy.killGrace + .seconds(2))
    }
    for run in runs.values { await run.leave() }
    if !runs.isEmpty { log.info("\(runs.count) runs are left for the next worker named \(world.worker)") }
    for life in lives.values { life.cancel() }
  }

  private func wait(atMost limit: Duration) async {
    let end = world.clock.now().addingTimeInterval(limit.seconds)
    while !runs.isEmpty, world.clock.now() < end {
      do { try await world.clock.sleep(for: .milliseconds(50)) } catch { return }
    }
  }
}
