import Synchronization

/// Keeps what an import that failed had done by then.
public final class ImportLedger: Sendable {
  private let state = Mutex<ImportReceipt?>(nil)

  public init() {}

  /// What had become of the values that were settled; those that are in none of its counts were not sent, or it is not
  /// known what became of them. Nil where the import did not fail, or before it began.
  public var receipt: ImportReceipt? { state.withLock { $0 } }

  func keep(_ receipt: ImportReceipt) { state.withLock { $0 = receipt } }
}
