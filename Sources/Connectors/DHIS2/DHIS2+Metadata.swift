import Essentials
import JSON

extension DHIS2 {
  /// Compares what is there with what a flow wants; reads only.
  ///
  /// - Throws: ``DHIS2Failure`` where an id is none, or a name longer than DHIS2 takes; and as reading does.
  public func metadataChange(
    dataElements: [DataElement], dataSet: DataSet, orgUnits: [OrgUnit], user: CurrentUser
  ) async throws -> MetadataChange {
    for element in dataElements {
      try MetadataRule.check("data element", id: element.id, name: element.name, shortName: element.shortName)
    }
    try MetadataRule.checkUnique("data element", "name", dataElements.map { ($0.id, $0.name) })
    try MetadataRule.checkUnique("data element", "short name", dataElements.map { ($0.id, $0.shortName) })
    try MetadataRule.check("data set", id: dataSet.id, name: dataSet.name, shortName: dataSet.shortName)
    var change = MetadataChange()
    let existing = try await owners("dataElements", ids: dataElements.map(\.id))
    for wanted in dataElements {
      if let found = existing[wanted.id] {
        let differences = wanted.differences(from: found)
        guard !differences.isEmpty else { continue }
        var document = found
        for (key, value) in differences { document[key] = value }
        change.dataElements.append(document)
        let list = differences.map { "\($0.key) \(found[$0.key]?.text() ?? "unset") -> \($0.value)" }
        change.descriptions.append("data element \(wanted.id): \(list.joined(separator: ", "))")
      } else {
        change.dataElements.append(wanted.newDocument)
        change.newIDs.insert(wanted.id)
        change.descriptions.append("new data element \(wanted.id), \(wanted.name)")
        change.creates = true
      }
    }
    try await addDataSet(dataSet, dataElements.map(\.id), orgUnits.map(\.id), user, to: &change)
    return change
  }

  private func addDataSet(
    _ dataSet: DataSet, _ dataElements: [String], _ orgUnits: [String], _ user: CurrentUser,
    to change: inout MetadataChange
  ) async throws {
    guard let found = try await owners("dataSets", ids: [dataSet.id])[dataSet.id] else {
      change.dataSets.append(
        dataSet.newDocument(dataElements: dataElements, orgUnits: orgUnits, owner: user.id))
      change.newIDs.insert(dataSet.id)
      change.descriptions.append(
        "new data set \(dataSet.id), \(dataSet.name), \(dataSet.periodType), for \(orgUnits.count) org units")
      change.creates = true
      return
    }
    guard found["periodType"]?.string == dataSet.periodType else {
      throw DHIS2Failure(
        .configuration,
        "data set \(dataSet.id) at \(baseURL) has the period type \(found["periodType"]?.string ?? "(none)"), not \(dataSet.periodType)",
        remedy: "Change it in DHIS2, or import with its period type.")
    }
    guard let document = dataSet.completed(found, dataElements: dataElements, orgUnits: orgUnits) else {
      return
    }
    change.dataSets.append(document)
    let before = found["organisationUnits"]?.array?.count ?? 0
    let after = document["organisationUnits"]?.array?.count ?? 0
    let elementsBefore = found["dataSetElements"]?.array?.count ?? 0
    let elementsAfter = document["dataSetElements"]?.array?.count ?? 0
    change.descriptions.append(
      "data set \(dataSet.id): \(after - before) more org units, \(elementsAfter - elementsBefore) more data elements"
    )
  }

  /// Writes a change: data elements first, as the data set refers to them. Nothing is written where it is empty.
  public func write(_ change: MetadataChange) async throws { try await send(change, mode: "COMMIT") }

  /// Has the server check a change without writing it. What a data set refers to must be there for that, so only the
  /// data elements of a change are checked where some of them are new.
  public func validate(_ change: MetadataChange) async throws { try await send(change, mode: "VALIDATE") }

  private func send(_ change: MetadataChange, mode: String) async throws {
    let hasNewElements = change.dataElements.contains { $0["id"]?.string.map(change.newIDs.contains) == true }
    for (type, documents, keepsSharing) in change.bundles {
      if mode == "VALIDATE", type == "dataSets", hasNewElements { continue }
      let operation = "\(mode == "COMMIT" ? "writing" : "checking") \(documents.count) \(type)"
      let body: JSONValue = .object([type: .array(documents.map { .object($0) })])
      let answer = try await post(
        "metadata",
        [
          ("importMode", mode), ("importStrategy", "CREATE_AND_UPDATE"), ("atomicMode", "ALL"),
          ("skipSharing", "\(keepsSharing)"),
        ], body.bytes(), operation: operation)
      let report = MetadataReport(answer)
      guard report.isOK else {
        throw DHIS2Failure(
          .rejected, "\(operation) at \(baseURL): \(report.problems.joined(separator: "; "))",
          remedy: report.errors.contains { $0.code == "E5003" }
            ? "Another object has that name already: rename one of the two." : nil,
          code: report.errors.first?.code)
      }
    }
  }

  /// Objects with all that their owner set, by id; what is missing, or hidden from the user, is not in it.
  private func owners(_ type: String, ids: [String]) async throws -> [String: JSONObject] {
    var found: [String: JSONObject] = [:]
    for ids in ids.chunked(OrgUnitQuery.mostIDs) {
      let answer = try await value(
        type,
        [("filter", "id:in:[\(ids.joined(separator: ","))]"), ("fields", ":owner"), ("paging", "false")],
        operation: "reading \(type)")
      for object in answer[type]?.array ?? [] {
        guard let id = object["id"]?.string, let members = object.object else { continue }
        found[id] = members
      }
    }
    return found
  }
}
