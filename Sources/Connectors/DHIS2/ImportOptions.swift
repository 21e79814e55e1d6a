public import Essentials

/// How values are to be imported.
public struct ImportOptions: Sendable {
  /// What becomes of the values.
  public enum Strategy: String, Sendable {
    case createAndUpdate = "CREATE_AND_UPDATE"
    /// Values that DHIS2 holds for the same keys are taken away, whatever they are.
    case delete = "DELETE"
  }

  /// How many rows one request carries. It begins with ``start`` and goes up and down so that a request takes about
  /// ``target``; a request that is too large for the server is halved, below ``least`` if need be.
  public struct Chunk: Sendable, Hashable {
    public var start: Int
    public var least: Int
    public var most: Int
    public var target: Duration

    public init(start: Int = 1_000, least: Int = 200, most: Int = 10_000, target: Duration = .seconds(20)) {
      self.start = start
      self.least = least
      self.most = most
      self.target = target
    }
  }

  /// The one data set of the values.
  public var dataSet: String
  public var strategy = Strategy.createAndUpdate
  /// Whether the server only checks.
  public var isDryRun = false
  /// Whether the server works in the background: where a proxy cuts long requests off.
  public var isAsync = false
  /// Whether requests name their data set; nil leaves it to the release, and to what it says of a data set that has
  /// just been changed.
  public var namesDataSet: Bool?
  public var chunk = Chunk()
  /// Whether requests are packed.
  public var packs = true
  /// How many refused values the receipt lists; it counts all.
  public var mostRefusals = 10_000
  /// How often a request is sent at most where the server does not answer as it should.
  public var attempts = 5
  /// How long to wait before a request is repeated whose outcome is unknown: the server may still be at work on it.
  public var settlingTime: Duration = .seconds(60)
  /// How long a background job may take.
  public var jobDeadline: Duration = .seconds(7_200)
  /// Values that are sent even where DHIS2 holds the same: for what is kept with them, such as a comment.
  public var resent: Set<DataValue.Key> = []
  /// Is told what had become of the values where the import ends with a failure.
  public var ledger: ImportLedger?
  /// Where it is said what goes on.
  public var log = Log.silent

  public init(dataSet: String) { self.dataSet = dataSet }
}
