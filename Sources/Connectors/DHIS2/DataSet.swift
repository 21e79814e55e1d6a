import JSON

/// A data set as a flow wants it to be.
public struct DataSet: Sendable {
  public let id: String
  public let name: String
  public let shortName: String
  /// `Monthly`, `Weekly`, `Daily` ...
  public let periodType: String

  public init(id: String, name: String, shortName: String, periodType: String) {
    self.id = id
    self.name = name
    self.shortName = shortName
    self.periodType = periodType
  }

  /// What a new one is made of. Nobody may enter data into a data set that is shared with nobody, its maker included.
  func newDocument(dataElements: [String], orgUnits: [String], owner: String) -> JSONObject {
    [
      "id": .string(id), "name": .string(name), "shortName": .string(shortName),
      "periodType": .string(periodType),
      "dataSetElements": .array(dataElements.map(element)),
      "organisationUnits": .array(orgUnits.map { ["id": .string($0)] }),
      "sharing": [
        "public": "rw------", "owner": .string(owner),
        "users": .object([owner: ["id": .string(owner), "access": "rwrw----"]]),
      ],
    ]
  }

  /// The existing data set with what it lacks added, or nil where it lacks nothing. Everything else is kept as it
  /// is: an update replaces the whole object.
  func completed(_ existing: JSONObject, dataElements: [String], orgUnits: [String]) -> JSONObject? {
    let elements = existing["dataSetElements"]?.array ?? []
    let units = existing["organisationUnits"]?.array ?? []
    let knownElements = Set(elements.compactMap { $0["dataElement"]?["id"]?.string })
    let knownUnits = Set(units.compactMap { $0["id"]?.string })
    let newElements = dataElements.filter { !knownElements.contains($0) }
    let newUnits = orgUnits.filter { !knownUnits.contains($0) }
    guard !newElements.isEmpty || !newUnits.isEmpty else { return nil }
    var document = existing
    document["dataSetElements"] = .array(elements + newElements.map(element))
    document["organisationUnits"] = .array(units + newUnits.map { ["id": .string($0)] })
    return document
  }

  private func element(_ dataElement: String) -> JSONValue {
    ["dataSet": ["id": .string(id)], "dataElement": ["id": .string(dataElement)]]
  }
}
