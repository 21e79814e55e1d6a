import Essentials
import JSON

extension DHIS2 {
  /// Compares what is there with what a flow wants; reads only.
  public func metadataChange(
    dataElements: [DataElement], dataSet: DataSet, orgUnits: [OrgUnit], user: CurrentUser
  ) async throws -> MetadataChange {
    var change = MetadataChange()
    let existing = try await owners("dataElements", ids: dataElements.map(\.id))
    for wanted in dataElements {
      if let found = existing[wanted.id] {
        let differences = wanted.essentials.filter { found[$0.key] != $0.value }
        guard !differences.isEmpty else { continue }
        var document = found
        for (key, value) in differences { document[key] = value }
        change.dataElements.append(document)
        let list = differences.map { "\($0.key) \(found[$0.key]?.text() ?? "unset") -> \($0.value)" }
        change.descriptions.append("data element \(wanted.id): \(list.joined(separator: ", "))")
      } else {
        change.dataElements.append(wanted.newDocument)
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

  /// Writes a change: data elements first, as the data set refers to them.
  public func write(_ change: MetadataChange) async throws {
    for (type, documents) in [("dataElements", change.dataElements), ("dataSets", change.dataSets)] {
      guard !documents.isEmpty else { continue }
      let operation = "writing \(documents.count) \(type)"
      let body: JSONValue = .object([type: .array(documents.map { .object($0) })])
      let answer = try await post(
        "metadata", [("importStrategy", "CREATE_AND_UPDATE"), ("atomicMode", "ALL")], body.bytes(),
        operation: operation)
      let report = MetadataReport(answer)
      guard report.isOK else {
        throw DHIS2Failure(
          .rejected, "\(operation) at \(baseURL): \(report.problems.joined(separator: "; "))")
      }
    }
  }

  /// Objects with all that their owner set, by id; what is missing, or hidden from the user, is not in it.
  private func owners(_ type: String, ids: [String]) async throws -> [String: JSONObject] {
    let operation = "reading \(type)"
    let body = try await get(
      type, [("filter", "id:in:[\(ids.joined(separator: ","))]"), ("fields", ":owner"), ("paging", "false")],
      operation: operation)
    let objects = try decode(body, operation)[type]?.array?.compactMap(\.object) ?? []
    return Dictionary(objects.compactMap { object in object["id"]?.string.map { ($0, object) } }) {
      first, _ in first
    }
  }
}
