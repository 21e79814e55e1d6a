public import Essentials
public import FoundationEssentials

/// How large the made-up country is.
public enum SandboxCountrySize: Sendable, Hashable {
  /// About 60 org units on 4 levels: quick enough for every test.
  case small
  /// About 1,300 org units on 4 levels, as many as DHIS2's own demo has.
  case full
  /// Some other number of org units, from 60.
  case units(Int)
}

/// What a ``Sandbox`` is to be like.
public struct SandboxOptions: Sendable {
  /// The port on the loopback interface; 0 takes any that is free.
  public var port = 0
  /// The DHIS2 release to play.
  public var dhis2Version = DHIS2Version.v2_42
  /// The calendar that DHIS2 keeps its periods in.
  public var calendar = SandboxCalendar.iso8601
  /// How long a data set that was changed stays unknown to DHIS2's check of open periods, in seconds: values that name
  /// it are refused with E7644 until then, or until somebody clears the caches. 2.41.10 and 2.42.6 take two minutes.
  public var dataSetDelay = 0.0
  /// How long a job of the Climate Data Store stays accepted and running, in halves.
  public var queueTime: Duration = .milliseconds(200)
  /// The time since some moment, by which jobs of the Climate Data Store wait; it only goes forward.
  public var elapsed: @Sendable () -> Duration = {
    let start = ContinuousClock.now
    return { ContinuousClock.now - start }
  }()
  /// A NetCDF file to serve for every request of ERA5-Land (hourly or monthly), instead of a made-up one.
  public var gridFile: String?
  /// A GeoJSON file whose features become the org units of level 2, instead of the made-up country. Their ids are
  /// `feature.id`, which must be DHIS2 UIDs.
  public var orgUnitsFile: String?
  /// Where what DHIS2 holds is kept from one sandbox to the next of the same seed and size; nil keeps nothing.
  public var stateFile: String?
  /// What goes wrong from the start.
  public var faults = SandboxFaults()
  public var countrySize = SandboxCountrySize.small
  /// Another seed makes another country and other weather.
  public var seed: UInt64 = 1
  /// What the services take for the current time: embargo, expiry, open periods, locked accounts.
  public var now: @Sendable () -> Date = { Date() }
  /// The largest number of fields in one request to the Climate Data Store (variables x years x months x days x times).
  public var costLimit = 12_000
  /// Jobs of one user that may wait or run at once at the Climate Data Store; one more is rejected.
  public var queueLimit = 150
  /// The largest number of requests to the Climate Data Store within a minute by ``now``, for one key; nil for any. One
  /// more is refused with 429 and `Retry-After`.
  public var requestsPerMinute: Int?
  /// How long the Climate Data Store keeps results, in seconds.
  public var resultLifetime = 7.0 * 86_400
  /// The longest request body that DHIS2's proxy lets through, in bytes.
  public var bodyLimit = 10 * 1024 * 1024
  /// Runs a piece of work that calls the NetCDF library. The library is not thread-safe: a process that reads NetCDF
  /// elsewhere hands in a function that holds the same lock there. The default holds a lock of the sandbox's own.
  public var holdingNetCDF: @Sendable (() throws -> Void) throws -> Void = { try NetCDFLock.hold($0) }
  public var log = Log.silent

  public init() {}
}
