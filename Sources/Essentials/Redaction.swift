import Synchronization

/// Masks every secret that this process knows in texts that leave it.
///
/// The second line of defence: ``Secret`` keeps a value from being printed, this keeps it from being printed
/// after somebody else (a server's error body, a C library) has copied it.
public enum Redaction {
  /// What stands in place of a secret.
  public static let mask = "********"

  /// Shorter texts are not masked: replacing "a" everywhere would make every line unreadable and protect nothing.
  public static let shortestSecret = 4

  private static let known = Mutex<[String]>([])

  /// Makes a secret known. Longer secrets are masked first, so that one that contains another goes as a whole.
  public static func register(_ secret: String) {
    guard secret.utf8.count >= shortestSecret else { return }
    known.withLock { known in
      guard !known.contains(secret) else { return }
      let place = known.firstIndex { $0.utf8.count < secret.utf8.count } ?? known.endIndex
      known.insert(secret, at: place)
    }
  }

  /// The text with every known secret masked.
  public static func redact(_ text: String) -> String {
    let secrets = known.withLock { $0 }
    var result = text
    for secret in secrets where result.contains(secret) {
      result = result.split(separator: secret, omittingEmptySubsequences: false).joined(separator: mask)
    }
    return result
  }
}
