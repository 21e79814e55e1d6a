import Essentials
public import FlowKit

/// Where a file is: on this machine, or in a bucket of object storage.
///
/// Written `data/values.json`, `/srv/values.json.gz` or `s3://bucket/folder/values.json`. The key of an `s3://`
/// location is the object's name as it is, not percent-encoded: `s3://bucket/a b+c.json` has a space and a plus.
public enum Location: Sendable, Hashable {
  /// A path as the system takes it; a relative one starts at the working directory.
  case file(String)
  /// An object, or with an empty key or one that ends in a slash, a folder of objects.
  case object(bucket: String, key: String)

  /// Reads a path or an `s3://` address.
  ///
  /// - Throws: ``Misconfiguration`` for any other scheme, and for a bucket or key that no store can have.
  public init(_ text: String) throws {
    do { self = try Self.read(text) } catch { throw Misconfiguration("a location \(error.problem)") }
  }

  private static func read(_ text: String) throws(UnreadableParameter) -> Location {
    guard !text.isEmpty, !text.utf8.contains(0) else {
      throw UnreadableParameter("must be a path or s3://bucket/key, not \"\(text)\"")
    }
    let scheme = text.prefix { $0 != ":" && $0 != "/" }
    let rest = text[scheme.endIndex...]
    if scheme.lowercased() == "s3", rest.hasPrefix(":") {
      guard rest.hasPrefix("://") else {
        throw UnreadableParameter("must begin with s3:// to be in object storage, not \"\(text)\"")
      }
      return try object(rest.dropFirst(3), of: text)
    }
    guard !rest.hasPrefix("://") else {
      throw UnreadableParameter(
        "must be a path or s3://bucket/key: \"\(scheme)\" in \"\(URLPassword.masked(text))\" is not supported"
      )
    }
    return .file(text)
  }

  private static func object(
    _ address: Substring, of text: String
  ) throws(UnreadableParameter) -> Location {
    let bucket = address.prefix { $0 != "/" }
    let location = Location.object(
      bucket: String(bucket), key: String(address.dropFirst(bucket.count).dropFirst()))
    if let problem = location.problem { throw UnreadableParameter("\(problem), not \"\(text)\"") }
    return location
  }

  /// Why no store can have such an object, as the end of a sentence; nil where one can.
  ///
  /// Sources: "Bucket naming rules" and "Naming Amazon S3 objects" of the Amazon S3 user guide. Capital letters and
  /// underscores are taken too: buckets from before 2018, and other stores, have them.
  var problem: String? {
    guard case .object(let bucket, let key) = self else { return nil }
    guard bucket.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{2,62}/) != nil, !bucket.contains("..") else {
      return
        "must name a bucket of 3 to 63 letters, digits, dots, dashes and underscores (s3://bucket/key)"
    }
    guard key.utf8.count <= 1024 else { return "must have a key of at most 1,024 bytes" }
    // Clients and servers on the way shorten such paths by the rules for URLs, and sign what was there before.
    if key.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) {
      return "must have a key without the parts \".\" and \"..\""
    }
    if key.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
      return "must have a key without control characters"
    }
    return nil
  }

  /// The location of something in this folder: the two joined by one slash.
  public func appending(_ name: String) -> Location {
    let name = String(name.drop { $0 == "/" })
    switch self {
    case .file(let path):
      return .file(path.isEmpty || path.hasSuffix("/") ? path + name : "\(path)/\(name)")
    case .object(let bucket, let key):
      return .object(bucket: bucket, key: key.isEmpty || key.hasSuffix("/") ? key + name : "\(key)/\(name)")
    }
  }

  /// The last part of the path or key; empty for a bucket as a whole.
  public var name: String {
    switch self {
    case .file(let path): Self.lastPart(path)
    case .object(_, let key): Self.lastPart(key)
    }
  }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? ""
  }

  /// Whether the content is gzip by its name: it ends in `.gz`, in small or capital letters.
  public var isGzip: Bool { name.utf8.count > 3 && name.lowercased().hasSuffix(".gz") }
}

extension Location: CustomStringConvertible {
  /// As it is written: the path, or `s3://bucket/key`.
  public var description: String {
    switch self {
    case .file(let path): path
    case .object(let bucket, let key): "s3://\(bucket)/\(key)"
    }
  }
}

extension Location: ParameterValue {
  public static var schema: JSONSchema { ["type": "string", "format": "path", "minLength": 1] }
  public var parameter: JSONValue { .string(description) }
  public init(parameter value: JSONValue) throws {
    guard let text = value.string else {
      throw UnreadableParameter("must be a path or s3://bucket/key, not \(value)")
    }
    self = try Self.read(text)
  }
}

/// The password in an address that somebody gave by mistake.
private enum URLPassword {
  static func masked(_ text: String) -> String {
    text.replacing(/:\/\/[^\/@]*@/, with: "://\(Redaction.mask)@")
  }
}
