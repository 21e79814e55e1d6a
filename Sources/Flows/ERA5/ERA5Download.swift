import Climate
import Connectors
import FlowKit
import Foundation

/// A file from the store.
struct ERA5File: Sendable {
  let file: CDSFile
  /// The moments that it was asked for, ascending.
  let moments: [Date]

  init(_ file: CDSFile) {
    self.file = file
    moments = file.request.moments.sorted()
  }
}

/// Gets files from the Climate Data Store for a run.
struct ERA5Download: Sendable {
  let store: CDS
  let run: FlowRun

  /// The last year that the store has anything of; nil where a plan reaches no further than it surely has, or where the
  /// store does not say.
  func lastYear(of plan: ERA5Plan) async throws -> Int? {
    // Days of another time zone, and the stamp that closes the last one, reach a little further.
    guard let last = plan.periods.map(\.lastDay).max(),
      last.adding(days: 2).year >= CalendarDate(utc: run.clock.now()).year
    else { return nil }
    do {
      return try await run.task("last_year", retry: .backoff(3)) { task in
        let day = try await store.lastDay(of: plan.source.dataset)
        if last > day { task.log.info("the store has data until \(day); what lies after is not asked for") }
        return day.year
      }
    } catch let failure as any Failure where failure.kind != .configuration {
      run.log.warning("\(failure.message). All months are asked for")
      return nil
    }
  }

  /// The files of some requests, all variables of a month in one job where the store's limits allow.
  func fetch(_ requests: [CDSRequest]) async throws -> [ERA5File] {
    // No retry of the task as a whole: every call retries by itself, and the wait in the queue is none of its time.
    try await run.map("download_era5_land", requests, width: 3) { request, task in
      let retrieval = CDSRetrieval(store, run: run, log: task.log)
      var files: [ERA5File] = []
      for part in try await retrieval.plan(request) {
        // Where the store parts it further, each file is looked at for what it should have.
        files += try await retrieval.files(for: part) { part, path in
          try Self.content(of: path, for: part, now: run.clock.now())
        }.map(ERA5File.init)
      }
      return files
    }.flatMap { $0 }
  }

  /// Says that the work with the files is done: what is provisional is asked for anew by the next run.
  func release(_ files: [ERA5File]) async throws {
    try await CDSRetrieval(store, run: run, log: run.log).release(files.map(\.file))
  }

  /// Final where every variable and moment is there on the data set's own lattice, and in its final version. What is not
  /// may be as it should be the next time.
  private static func content(of path: String, for request: CDSRequest, now: Date) throws -> CDSFile.Content {
    let file = try ClimateFile(path: path)
    let moments = request.moments
    let last = moments.max().map { CalendarMonth(of: CalendarDate(utc: $0)) }
    let isWhole = request.variableNames.allSatisfy { name in file.variables.contains { $0.name == name } }
    let isFinal = file.variables.allSatisfy { variable in
      variable.missing(moments).isEmpty && Delivery.isOnLattice(variable.grid)
        && variable.versions.allSatisfy { version in
          (last.map { version.settled(in: $0, at: now) } ?? version) != .preliminary
        }
    }
    return isWhole && isFinal ? .final : .provisional
  }
}
