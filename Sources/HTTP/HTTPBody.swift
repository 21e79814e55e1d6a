/// What a request carries.
public enum HTTPBody: Sendable {
  case none
  case bytes([UInt8])
  /// The contents of the file at a path, read while they are sent.
  case file(String)

  /// The UTF-8 bytes of a text.
  public static func text(_ text: String) -> HTTPBody { .bytes(Array(text.utf8)) }
}
