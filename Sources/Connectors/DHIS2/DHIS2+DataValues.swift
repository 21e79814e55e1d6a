import Essentials
import JSON

extension DHIS2 {
  /// Reads the values of a data set for some periods and all units below some roots, for the default category option
  /// combination, by key.
  public func dataValues(
    dataSet: String, periods: [String], roots: [String]
  ) async throws -> [DataValue.Key: String] {
    let operation = "reading the values of data set \(dataSet)"
    let defaultCombo = try await defaultCategoryOptionCombo()
    var values: [DataValue.Key: String] = [:]
    // A year of months at a time keeps the address far below the 8 KB that servers take.
    for chunk in periods.chunked(12) {
      var query = [("dataSet", dataSet), ("children", "true")]
      query += chunk.map { ("period", $0) } + roots.map { ("orgUnit", $0) }
      let body = try await get("dataValueSets.json", query, operation: operation)
      let answer = try decode(body, operation)
      for row in answer["dataValues"]?.array ?? [] {
        // From 2.43 what all values share stands once in the header.
        func field(_ name: String) -> String? { row[name]?.string ?? answer[name]?.string }
        let combo = field("categoryOptionCombo") ?? defaultCombo
        guard combo == defaultCombo, let element = field("dataElement"), let period = field("period"),
          let unit = field("orgUnit"), let value = field("value")
        else { continue }
        values[DataValue.Key(dataElement: element, period: period, orgUnit: unit)] = value
      }
    }
    return values
  }

  /// The category option combination of data that is not broken down. Its id is the same on most servers, not on all.
  private func defaultCategoryOptionCombo() async throws -> String {
    let operation = "reading the default category combination"
    let body = try await get(
      "categoryCombos", [("filter", "name:eq:default"), ("fields", "id,categoryOptionCombos[id]")],
      operation: operation)
    guard
      let id = try decode(body, operation)["categoryCombos"]?[0]?["categoryOptionCombos"]?[0]?["id"]?.string
    else {
      throw DHIS2Failure(.configuration, "\(operation) at \(baseURL): there is none")
    }
    return id
  }

  /// Imports values into a data set: those that differ from what DHIS2 has, in chunks.
  ///
  /// - Parameters:
  ///   - existing: what DHIS2 has, as ``dataValues(dataSet:periods:roots:)`` read it just before.
  ///   - namesDataSet: whether requests name their data set. 2.43 and later need it; up to 2.42 a data set that was
  ///     changed in the last minutes must not be named (the server then refuses open periods, E7644).
  public func importValues(
    _ values: [DataValue], dataSet: String, existing: [DataValue.Key: String], semantics: ImportSemantics,
    namesDataSet: Bool, dryRun: Bool, chunkSize: Int = 1000
  ) async throws -> ImportReceipt {
    if let twice = Dictionary(values.map { ($0.key, 1) }, uniquingKeysWith: +).first(where: { $0.value > 1 })?
      .key
    {
      throw Fault(
        "two values for \(twice.dataElement) of \(twice.orgUnit) in \(twice.period) are to be imported")
    }
    var receipt = ImportReceipt(isDryRun: dryRun)
    let changed = values.filter { value in existing[value.key].map { !value.hasValue($0) } ?? true }
    receipt.unchanged = values.count - changed.count
    for chunk in changed.chunked(chunkSize) {
      var body: JSONObject = namesDataSet ? ["dataSet": .string(dataSet)] : [:]
      body["dataValues"] = .array(chunk.map(\.document))
      let operation = "importing \(chunk.count) values into data set \(dataSet)"
      let answer = try await post(
        "dataValueSets", [("importStrategy", "CREATE_AND_UPDATE"), ("dryRun", dryRun ? "true" : "false")],
        JSONValue.object(body).bytes(), operation: operation)
      guard let summary = ImportSummary(answer) else {
        throw DHIS2Failure(
          .transient,
          "\(operation) at \(baseURL): the answer is no import summary: \(answer["message"]?.string ?? "no message")"
        )
      }
      try count(summary, of: Array(chunk), existing, semantics, operation, in: &receipt)
    }
    return receipt
  }

  private func count(
    _ summary: ImportSummary, of chunk: [DataValue], _ existing: [DataValue.Key: String],
    _ semantics: ImportSemantics, _ operation: String, in receipt: inout ImportReceipt
  ) throws {
    if summary.status == "ERROR", summary.rejected.isEmpty {
      let reasons = summary.conflicts.map { "\($0.code.map { "\($0): " } ?? "")\($0.message)" }
      throw DHIS2Failure(
        .rejected,
        "\(operation) at \(baseURL): refused: \((reasons.isEmpty ? [summary.message ?? "no reason given"] : reasons).joined(separator: "; "))"
      )
    }
    for index in summary.rejected.sorted() where chunk.indices.contains(index) {
      let conflict = summary.conflicts.first { $0.indexes.contains(index) }
      receipt.refusals.append(
        .init(
          value: chunk[index], code: conflict?.code, reason: conflict?.message ?? "refused without a reason"))
    }
    let taken = chunk.indices.filter { !summary.rejected.contains($0) }
    let updated = taken.filter { existing[chunk[$0].key] != nil }.count
    receipt.updated += updated
    receipt.created += taken.count - updated
    // The server's own count must agree, or the receipt would say more than DHIS2 holds. It may count a value as
    // ignored that somebody else has written in the meantime, so only too few refusals are an error.
    let written =
      semantics == .dataEntry
      ? summary.updated + summary.imported
      : summary.imported + summary.updated + summary.ignored - summary.rejected.count
    guard written == taken.count else {
      throw DHIS2Failure(
        .transient,
        "\(operation) at \(baseURL): the server counts \(summary.imported) imported, \(summary.updated) updated, \(summary.ignored) ignored, which does not add up to \(taken.count) taken and \(summary.rejected.count) refused",
        remedy: "Run again: values that are there already are not sent twice.")
    }
  }
}

extension Collection {
  /// The collection in pieces of the given size; the last may be shorter.
  func chunked(_ size: Int) -> [SubSequence] {
    var chunks: [SubSequence] = []
    var rest = self[...]
    while !rest.isEmpty {
      chunks.append(rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    return chunks
  }
}
