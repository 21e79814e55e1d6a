import Essentials
import FoundationEssentials
import PrefectAPI
import PrefectClient

/// What goes on beside the polls.
extension FlowRunLoop {
  func watchCancellations() async {
    var hasFailed = false
    while !Task.isCancelled {
      do {
        try await world.clock.sleep(for: options.cancelInterval)
        guard !runs.isEmpty else { continue }
        var filters = Prefect.Filters()
        filters.flowRuns = Prefect.FlowRunFilter()
        filters.flowRuns?.id = .any(Array(runs.keys))
        filters.flowRuns?.state = Prefect.StateFilter(type: .any(.cancelling, .cancelled))
        let ended = try await world.client.flowRuns(filters)
        for run in ended {
          if let claimed = runs[run.id], let state = run.stateType { await claimed.observe(state) }
        }
        hasFailed = false
      } catch is CancellationError {
        return
      } catch {
        if !hasFailed { log.warning("asking for cancelled runs: \(error)") }
        hasFailed = true
      }
    }
  }

  func heartbeats() async {
    var hasFailed = false
    var cleaned = world.clock.now()
    while !Task.isCancelled {
      if world.clock.now().timeIntervalSince(cleaned) >= 3600 {
        cleaned = world.clock.now()
        world.journal.clean(now: cleaned)
      }
      do {
        try await source.heartbeat()
        hasFailed = false
      } catch is CancellationError {
        return
      } catch {
        if !hasFailed { log.warning("\(source.name): the heartbeat did not arrive: \(error)") }
        hasFailed = true
      }
      do { try await world.clock.sleep(for: source.heartbeatInterval) } catch { return }
    }
  }
}
