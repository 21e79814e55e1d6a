import Climate
import Connectors
import FlowKit

/// A file from the store, and the months it was asked for.
struct ERA5File: Sendable {
  let file: CDSFile
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
    // No retry of the task as a whole: every call retries by itself, and the wait in the queue is none of its time.
    return try await run.map("download_era5_land", requests, width: 3) { item, task in
      let retrieval = CDSRetrieval(store, run: run, log: task.log)
      return try await retrieval.files(for: item.request) { path in
        try ERA5Download.content(of: path, months: item.months)
      }.map { ERA5File(file: $0, months: item.months) }
    }.flatMap { $0 }
  }

  /// Final where every month is there, in its final version.
  private static func content(of path: String, months: [CalendarMonth]) throws -> CDSFile.Content {
    let file = try ClimateFile(path: path)
    let isWhole = file.variables.allSatisfy { variable in
      Set(variable.times.map { CalendarMonth(of: CalendarDate(utc: $0)) }).isSuperset(of: months)
        && !variable.versions.contains(.preliminary)
    }
    return isWhole ? .final : .provisional
  }
}
