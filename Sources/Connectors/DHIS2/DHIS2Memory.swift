import Essentials
import JSON
import Synchronization

/// What a client has learned about its server.
final class DHIS2Memory: Sendable {
  private struct State {
    var info: SystemInfo?
    var user: CurrentUser?
    var defaultCombo: DefaultCombo?
    var groups: Set<String> = []
    var cookie: Secret<String>?
  }

  private let state = Mutex(State())

  var info: SystemInfo? {
    get { state.withLock { $0.info } }
    set { state.withLock { $0.info = newValue } }
  }

  var user: CurrentUser? {
    get { state.withLock { $0.user } }
    set { state.withLock { $0.user = newValue } }
  }

  var defaultCombo: DefaultCombo? {
    get { state.withLock { $0.defaultCombo } }
    set { state.withLock { $0.defaultCombo = newValue } }
  }

  /// The org unit groups that are known to be there.
  var groups: Set<String> {
    get { state.withLock { $0.groups } }
    set { state.withLock { $0.groups = newValue } }
  }

  /// The session, as a `Cookie` header.
  var cookie: String? { state.withLock { $0.cookie?.reveal() } }

  /// Keeps the session that an answer begins.
  func keepCookie(_ headers: [String]) {
    for header in headers {
      let pair = header.prefix { $0 != ";" }
      guard pair.hasPrefix("JSESSIONID=") || pair.hasPrefix("SESSION=") else { continue }
      state.withLock { $0.cookie = Secret(String(pair)) }
    }
  }
}

/// The category combination of data that are not broken down. Its ids are the same on most servers, not on all.
struct DefaultCombo: Sendable, Hashable {
  let categoryCombo: String
  let optionCombo: String
}

extension DHIS2 {
  /// The ids of the default category combination, read once.
  func defaultCombo() async throws -> DefaultCombo {
    if let known = memory.defaultCombo { return known }
    let operation = "reading the default category combination"
    let answer = try await value(
      "categoryCombos", [("filter", "name:eq:default"), ("fields", "id,categoryOptionCombos[id]")],
      operation: operation)
    let combo = answer["categoryCombos"]?[0]
    guard let id = combo?["id"]?.string, let option = combo?["categoryOptionCombos"]?[0]?["id"]?.string else {
      throw DHIS2Failure(.configuration, "\(operation) at \(baseURL): there is none")
    }
    let found = DefaultCombo(categoryCombo: id, optionCombo: option)
    memory.defaultCombo = found
    return found
  }
}
