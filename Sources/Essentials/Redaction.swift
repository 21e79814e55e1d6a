import Glibc
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
    for secret in secrets where has(secret, in: result) {
      result = result.split(separator: secret, omittingEmptySubsequences: false).joined(separator: mask)
    }
    return result
  }

  /// Whether a text has a secret. Looked for by bytes where that finds the same, as comparing characters takes longer
  /// than the request whose address is looked through.
  private static func has(_ secret: String, in text: String) -> Bool {
    guard secret.utf8.allSatisfy({ $0 < 0x80 }) else { return text.contains(secret) }
    var (text, secret) = (text, secret)
    return text.withUTF8 { text in
      secret.withUTF8 { secret in
        guard let pattern = secret.baseAddress, var place = text.baseAddress else { return false }
        let last = text.count - secret.count
        guard last >= 0 else { return false }
        let end = place + last + 1
        while let found = memchr(place, Int32(secret[0]), end - place) {
          if memcmp(found, pattern, secret.count) == 0 { return true }
          place = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
        }
        return false
      }
    }
  }
}
