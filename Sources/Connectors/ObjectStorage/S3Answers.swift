/// The `Error` document of a refusal.
struct S3ErrorBody: Equatable {
  var code = ""
  var message = ""
  /// The region in which the bucket is, where we asked in another.
  var region: String?

  /// Nil where the body is no such document.
  init?(_ body: [UInt8]) throws {
    var isError = false
    do {
      try XMLText.read(body) { path, text in
        guard path.first == "Error" else { return }
        isError = true
        switch path.dropFirst().last {
        case "Code": code = text
        case "Message": message = text
        case "Region": region = text
        default: break
        }
      }
    } catch is XMLText.Malformed { return nil }
    guard isError, !code.isEmpty else { return nil }
  }
}

/// One page of a listing.
struct S3ListPage: Equatable {
  var objects: [S3Object] = []
  /// What to ask the next page with; nil for the last one.
  var continuation: String?

  /// Reads a `ListBucketResult`; nil where the body is none.
  init?(_ body: [UInt8]) throws {
    var isListing = false
    var isEncoded = false
    var isTruncated = false
    var current = S3Object(key: "", size: -1, etag: nil)
    do {
      try XMLText.read(body) { path, text in
        switch path.dropFirst().joined(separator: "/") {
        case "": isListing = path.first == "ListBucketResult"
        case "EncodingType": isEncoded = text.lowercased() == "url"
        case "IsTruncated": isTruncated = text == "true"
        case "NextContinuationToken": continuation = text
        case "Contents/Key": current.key = text
        case "Contents/Size": current.size = Int(text) ?? -1
        case "Contents/ETag": current.etag = text.isEmpty ? nil : text
        case "Contents":
          objects.append(current)
          current = S3Object(key: "", size: -1, etag: nil)
        default: break
        }
      }
    } catch is XMLText.Malformed { return nil }
    guard isListing, objects.allSatisfy({ $0.size >= 0 && !$0.key.isEmpty }) else { return nil }
    if !isTruncated { continuation = nil } else if continuation == nil { return nil }
    // Some stores say so behind the keys.
    guard isEncoded else { return }
    for place in objects.indices {
      guard let key = Self.decoded(objects[place].key) else { return nil }
      objects[place].key = key
    }
  }

  /// A key in the form that `encoding-type=url` gives: percent-encoded, with a plus for a space. Nil where it is not.
  private static func decoded(_ key: String) -> String? {
    var bytes: [UInt8] = []
    var rest = key.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let digits = String(rest.prefix(2)), digits.utf8.count == 2,
          let value = UInt8(digits, radix: 16)
        else { return nil }
        bytes.append(value)
        rest = rest.dropFirst(2)
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
