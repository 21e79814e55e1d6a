import Climate
import Connectors
import FlowKit

/// A file from the store, and the months it was asked for.
struct ERA5File: Sendable {
  let path: String
  let months: [CalendarMonth]
}

/// Gets the files of a run from the Climate Data Store.
struct ERA5Download {
  let zones: ERA5Zones
  let indicators: [ERA5Indicator]
  let months: [CalendarMonth]

  /// One file a request, all variables of its months in it.
  func fetch(from store: CDS, _ run: FlowRun) async throws -> [ERA5File] {
    let requests = ERA5MonthlyMeans.requests(
      months: months, variables: indicators.map(\.requestName), area: zones.area.values)
    // No retry of the task as a whole, which would queue the request anew: every call retries by itself.
    return try await run.map("download_era5_land", Array(requests.enumerated()), width: 3) { item, task in
      let path = "\(run.scratchFolder)/era5-land-\(item.offset + 1).download"
      let (job, bytes) = try await store.retrieve(
        item.element.request, to: path, clock: run.clock, log: task.log)
      task.log.info("job \(job): downloaded \(bytes) bytes of \(item.element.request.dataset)")
      return ERA5File(path: path, months: item.element.months)
    }
  }
}
