import HTTP
import Testing

/// The failure that the work is expected to end with; anything else is an issue, and gives nil.
func httpFailure(
  sourceLocation: SourceLocation = #_sourceLocation, of work: () async throws -> some Any
) async -> HTTPFailure? {
  do {
    let value = try await work()
    Issue.record("no failure but \(value)", sourceLocation: sourceLocation)
  } catch let failure as HTTPFailure {
    return failure
  } catch {
    Issue.record("another error: \(error)", sourceLocation: sourceLocation)
  }
  return nil
}
