import Climate
import Connectors
import FlowKit

/// Gets the files of a run from the Climate Data Store.
struct ERA5Download {
  let zones: ERA5Zones
  let indicators: [ERA5Indicator]
  let months: [CalendarMonth]

  /// One file a request, all variables of its months in it; their paths.
  func fetch(from store: CDS, _ run: FlowRun) async throws -> [String] {
    let requests = ERA5MonthlyMeans.requests(
      months: months, variables: indicators.map(\.requestName), area: zones.area.values)
    // No retry of the task as a whole, which would queue the request anew: every call retries by itself.
    return try await run.map("download_era5_land", Array(requests.enumerated()), width: 3) { item, task in
      let path = "\(run.scratchFolder)/era5-land-\(item.offset + 1).download"
      let (job, bytes) = try await store.retrieve(item.element, to: path, clock: run.clock, log: task.log)
      task.log.info("job \(job): downloaded \(bytes) bytes of \(item.element.dataset)")
      return path
    }
  }
}
