import JSON

/// A data element as a flow wants it to be.
public struct DataElement: Sendable {
  public let id: String
  public let name: String
  public let shortName: String
  public let description: String
  /// How DHIS2 aggregates it over time and org units: `AVERAGE`, `SUM` ...
  public let aggregationType: String

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

  /// What an existing one must have for the values to mean what they say. Names, sharing and the rest are its owner's.
  var essentials: JSONObject {
    [
      "valueType": "NUMBER", "domainType": "AGGREGATE", "aggregationType": .string(aggregationType),
      "zeroIsSignificant": true,
    ]
  }
}
