import JSON

/// A data element as a flow wants it to be.
public struct DataElement: Sendable {
  public let id: String
  public let name: String
  public let shortName: String
  public let description: String
  /// How DHIS2 aggregates it over time and org units: `AVERAGE`, `SUM` ...
  public let aggregationType: String
  /// Texts that the flow itself gives it in other settings. Where a name or a description is one of them, it is brought
  /// up to date; every other is its owner's.
  public var formerTexts: Set<String> = []

  public init(id: String, name: String, shortName: String, description: String, aggregationType: String) {
    self.id = id
    self.name = name
    self.shortName = shortName
    self.description = description
    self.aggregationType = aggregationType
  }

  /// What a new one is made of. Zero is a measurement, so `zeroIsSignificant`: without it dry days vanish.
  var newDocument: JSONObject {
    var document: JSONObject = [
      "id": .string(id), "name": .string(name), "shortName": .string(shortName),
      "description": .string(description),
    ]
    for (key, value) in essentials { document[key] = value }
    return document
  }

  /// What has to change in an existing one: its essentials, and texts that are the flow's own and no longer right.
  func differences(from found: JSONObject) -> [(key: String, value: JSONValue)] {
    let texts = [("name", name), ("shortName", shortName), ("description", description)].filter { key, text in
      found[key]?.string.map { $0 != text && formerTexts.contains($0) } ?? false
    }
    return essentials.filter { found[$0.key] != $0.value } + texts.map { (key: $0, value: .string($1)) }
  }

  /// What an existing one must have for the values to mean what they say. Names, sharing and the rest are its owner's.
  var essentials: JSONObject {
    [
      "valueType": "NUMBER", "domainType": "AGGREGATE", "aggregationType": .string(aggregationType),
      "zeroIsSignificant": true,
    ]
  }
}
