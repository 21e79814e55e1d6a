public import JSON

extension Decodable {
  /// Reads a document of the API.
  ///
  /// - Throws: ``WireError`` where a member that must be there is missing, or is of another type.
  public init(wire document: JSONValue) throws {
    self = try WireDecoder(document, []).decode(Self.self)
  }
}

extension Encodable {
  /// The value as a document of the API.
  ///
  /// - Parameter nulls: whether what is nil is written as null, as the server does it, instead of being left out, as
  ///   is meant in filters and changes.
  /// - Throws: only what a hand-written `encode(to:)` throws; those of this module never do.
  public func wireDocument(nulls: Bool = false) throws -> JSONValue {
    try WireEncoder.document(of: self, nulls: nulls)
  }
}

// Free-form members (parameters, labels, job variables) pass through the coders of this module as they stand.

extension JSONValue: Codable {
  public init(from decoder: any Decoder) throws {
    guard let decoder = decoder as? WireDecoder else {
      throw WireError(decoder.codingPath, "JSON documents are read by WireDecoder alone")
    }
    self = decoder.document
  }

  public func encode(to encoder: any Encoder) throws {
    guard let encoder = encoder as? WireEncoder else {
      throw WireError(encoder.codingPath, "JSON documents are written by WireEncoder alone")
    }
    encoder.slot.content = .value(self)
  }
}

extension JSONObject: Codable {
  public init(from decoder: any Decoder) throws {
    let document = try JSONValue(from: decoder)
    guard let object = document.object else {
      throw WireError(decoder.codingPath, "expected an object, found \(document.typeInWords)")
    }
    self = object
  }

  public func encode(to encoder: any Encoder) throws { try JSONValue.object(self).encode(to: encoder) }
}
