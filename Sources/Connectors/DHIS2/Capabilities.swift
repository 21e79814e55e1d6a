/// What a DHIS2 release does in its own way: the one place that knows versions. Read once a client
/// (``DHIS2/capabilities()``) and asked everywhere else.
///
/// The rows are those of the releases' sources, 2.40 to 2.44.
public struct Capabilities: Sendable, Hashable {
  /// What becomes of a value that the server has already.
  public enum CountOfUnchanged: String, Sendable {
    case ignored, updated
  }

  public let version: DHIS2Version
  /// Which engine imports data values.
  public let semantics: ImportSemantics

  public init(_ version: DHIS2Version) {
    self.version = version
    semantics = version >= DHIS2Version(2, 43) ? .dataEntry : .dataValueSet
  }

  private var isDataEntry: Bool { semantics == .dataEntry }

  /// The status of an answer that says that some rows were refused and the others saved.
  public var statusOfPartialSuccess: Int { isDataEntry ? 200 : 409 }
  /// Whether an error of structure (a unit that is not assigned) refuses all rows of a data set and attribute option
  /// combination.
  public var refusesGroups: Bool { isDataEntry }
  /// Whether a request has to name its data set, unless each of its data elements is in exactly one.
  public var needsDataSet: Bool { isDataEntry }
  /// Whether assignment, period type and closed units are checked by the server.
  public var checksStructure: Bool { isDataEntry }
  /// Whether `importCount.imported` counts new values; else it is 0 and `updated` counts all that were written.
  public var countsCreated: Bool { !isDataEntry }
  public var countOfUnchanged: CountOfUnchanged { isDataEntry ? .updated : .ignored }
  /// Whether `importStrategy` CREATE and UPDATE, `strict...`, `skipAudit` mean anything.
  public var honoursStrategies: Bool { !isDataEntry }
  /// Whether a value may be written as a JSON number. 2.43 throws; nobody should.
  public var takesNumbers: Bool { version < DHIS2Version(2, 43) || version >= DHIS2Version(2, 44) }
  /// Whether period, org unit and attribute option combination of the header win over those of a value.
  public var headerWins: Bool { !isDataEntry }
  /// Whether two values of the same key in one request refuse their group; else the last wins.
  public var refusesDuplicates: Bool { isDataEntry }
  /// Whether an insignificant zero is dropped at import, and deletes the value it would replace.
  public var dropsInsignificantZeros: Bool { !isDataEntry }
  /// Whether the columns of CSV are found by their names; else by their places.
  public var readsCSVByName: Bool { isDataEntry }
  /// What the mark for following up is called in JSON.
  public var followUpKey: String { isDataEntry ? "followUp" : "followup" }
  /// Whether `organisationUnits/{id}?includeDescendants` comes in pages.
  public var pagesDescendants: Bool { version >= DHIS2Version(2, 42) }
  /// Whether values are read at or below the org units for data view, by superusers too; else at or below those for data
  /// capture, and by superusers everywhere.
  public var readsByViewUnits: Bool { !isDataEntry }
  /// Where a request without a login is sent.
  public var loginPath: String {
    version >= DHIS2Version(2, 42) ? "/dhis-web-login" : "/dhis-web-commons/security/login.action"
  }
  /// Whether `/api/NN/...` is served with this number: up to 2.41 up to the release's own, from 2.42 on, where it has no
  /// effect, up to 43.
  public func takesVersionedPath(_ number: Int) -> Bool {
    number >= 28 && number <= (version < DHIS2Version(2, 42) ? version.minor : 43)
  }
  /// Whether metadata imports know `mergeMode`.
  public var hasMergeMode: Bool { version < DHIS2Version(2, 41) }
  /// Whether `/api/system/ping` answers without a login.
  public var pingsWithoutLogin: Bool { version >= DHIS2Version(2, 44) }
  /// Whether the server issues OAuth 2 tokens by its own authorization server.
  public var hasAuthorizationServer: Bool { version >= DHIS2Version(2, 42) }
  /// The longest comment of a value.
  public var longestComment: Int { isDataEntry ? 5_000 : 50_000 }
  /// Whether a data set that was changed in the last minutes refuses open periods where a request names it (E7644).
  public var mistrustsNewDataSets: Bool { !isDataEntry }
  /// Whether weeks that begin on a Friday and the years from February and August exist.
  public var hasNewPeriodTypes: Bool { isDataEntry }
}
