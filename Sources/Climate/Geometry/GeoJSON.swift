internal import Essentials
internal import JSON

/// Reads the features of a GeoJSON document (RFC 7946).
public enum GeoJSON {
  /// The zones of a file. What is wrong with it is said with its name.
  ///
  /// - Throws: ``ClimateFailure`` of kind `configuration` where it cannot be read, else what ``zones(_:idProperty:)``
  ///   finds.
  public static func zones(path: String, idProperty: String? = nil) throws -> [Zone] {
    let bytes = try FileOutput.read(path)
    do {
      return try zones(bytes, idProperty: idProperty)
    } catch let failure as any Failure {
      throw ClimateFailure(
        "cannot take the polygons of \(path): \(failure.message)", remedy: failure.remedy, kind: failure.kind)
    }
  }

  /// The zones of a FeatureCollection, of one Feature, or of a bare geometry, in their order.
  ///
  /// - Parameter idProperty: the property that names a zone. Without it the feature's `id` does, else its property
  ///   `id`, else its position, from 0.
  /// - Throws: `JSONSyntaxError`; ``ClimateFailure`` where the document is no GeoJSON, or a feature has no such
  ///   property. A geometry that cannot be used is no error: its zone is refused.
  public static func zones(_ bytes: [UInt8], idProperty: String? = nil) throws -> [Zone] {
    try JSONReader.read(bytes) { reader in
      var zones: [Zone] = []
      var single = FeatureDraft()
      guard try reader.peek() == .object else {
        throw ClimateFailure("the polygons are no GeoJSON: the document is no object")
      }
      var type: String?
      var hasFeatures = false
      try reader.readObject { reader, key in
        switch (key, try reader.peek()) {
        case ("type", .string): type = try reader.readString()
        case ("features", .array):
          hasFeatures = true
          try reader.readArray { zones.append(try feature(&$0, index: zones.count, idProperty)) }
        default: try single.readMember(key, &reader, idProperty)
        }
      }
      switch type {
      case "FeatureCollection":
        guard hasFeatures else {
          throw ClimateFailure("the polygons are no GeoJSON: the FeatureCollection has no list of features")
        }
        return zones
      case "Feature": return [try single.zone(index: 0, idProperty)]
      case nil: throw ClimateFailure("the polygons are no GeoJSON: the document has no type")
      case let type? where !GeometryReader.types.contains(type):
        throw ClimateFailure("the polygons are no GeoJSON: there is no type \(type)")
      default:
        return [Zone(id: "0", shape: try JSONReader.read(bytes) { try GeometryReader.read(&$0) })]
      }
    }
  }

  private static func feature(_ reader: inout JSONReader, index: Int, _ idProperty: String?) throws -> Zone {
    guard try reader.peek() == .object else {
      try reader.skipValue()
      return Zone(id: String(index), shape: .refused("it is no feature"))
    }
    var draft = FeatureDraft()
    try reader.readObject { reader, key in try draft.readMember(key, &reader, idProperty) }
    return try draft.zone(index: index, idProperty)
  }
}

/// What has been read of a feature.
private struct FeatureDraft {
  var id: String?
  var propertyID: String?
  var chosenID: String?
  var shape: Shape?

  mutating func readMember(_ key: String, _ reader: inout JSONReader, _ idProperty: String?) throws {
    switch (key, try reader.peek()) {
    case ("id", _): id = try Self.name(&reader)
    case ("geometry", _): shape = try GeometryReader.read(&reader)
    case ("properties", .object):
      try reader.readObject { reader, property in
        guard property == "id" || property == idProperty else { return try reader.skipValue() }
        let name = try Self.name(&reader)
        if property == "id" { propertyID = name }
        if property == idProperty { chosenID = name }
      }
    default: try reader.skipValue()
    }
  }

  func zone(index: Int, _ idProperty: String?) throws -> Zone {
    let shape = shape ?? .refused("it has no geometry")
    if let idProperty {
      guard let chosenID else {
        throw ClimateFailure(
          "feature \(index)\(id.map { " (\($0))" } ?? "") has no property \(idProperty) that could name it",
          kind: .configuration)
      }
      return Zone(id: chosenID, shape: shape)
    }
    return Zone(id: id ?? propertyID ?? String(index), shape: shape)
  }

  /// A string or a number as text; nil for anything else.
  private static func name(_ reader: inout JSONReader) throws -> String? {
    switch try reader.readValue() {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): String(number)
    default: nil
    }
  }
}
