public import FoundationEssentials

extension HTTPResponse {
  /// How long the server asks to wait, from `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3); nil
  /// where it says nothing that can be read, zero where the date is past.
  public func retryAfter(now: Date) -> Duration? { headers.retryAfter(now: now) }
}

extension HTTPHeaders {
  func retryAfter(now: Date) -> Duration? {
    guard let text = self["Retry-After"] else { return nil }
    if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
      // More digits than any number of seconds has: for ever, as far as this program is concerned.
      return .seconds(Int64(text).map { min($0, 1 << 40) } ?? 1 << 40)
    }
    return HTTPDate.date(text).map { .seconds(max(0, $0.timeIntervalSince(now))) }
  }
}
