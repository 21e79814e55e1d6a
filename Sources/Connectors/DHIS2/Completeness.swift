import Essentials
import HTTP
import JSON

/// That the data of a data set are complete, for a period and an org unit.
public struct CompletenessRegistration: Sendable, Hashable {
  public let dataSet: String
  public let period: String
  public let orgUnit: String
  /// Nil for the default one.
  public let attributeOptionCombo: String?
  /// False takes a registration back.
  public let isComplete: Bool

  public init(
    dataSet: String, period: String, orgUnit: String, attributeOptionCombo: String? = nil,
    isComplete: Bool = true
  ) {
    self.dataSet = dataSet
    self.period = period
    self.orgUnit = orgUnit
    self.attributeOptionCombo = attributeOptionCombo
    self.isComplete = isComplete
  }

  /// What the Web API calls an org unit in values it calls an organisation unit here.
  var document: JSONValue {
    var document: JSONObject = [
      "dataSet": .string(dataSet), "period": .string(period), "organisationUnit": .string(orgUnit),
      "completed": .bool(isComplete),
    ]
    document["attributeOptionCombo"] = attributeOptionCombo.map { .string($0) }
    return .object(document)
  }

  /// Reads one element of `completeDataSetRegistrations`; nil where something is missing.
  init?(_ entry: JSONValue) {
    func id(_ key: String) -> String? { entry[key]?.string ?? entry[key]?["id"]?.string }
    guard let dataSet = id("dataSet"), let period = id("period"),
      let unit = id("organisationUnit") ?? id("source")
    else { return nil }
    self.init(
      dataSet: dataSet, period: period, orgUnit: unit, attributeOptionCombo: id("attributeOptionCombo"),
      isComplete: entry["completed"]?.bool ?? true)
  }
}

/// What became of registrations.
public struct CompletenessReceipt: Sendable, Hashable {
  public internal(set) var registered = 0
  public internal(set) var updated = 0
  public internal(set) var removed = 0
  public internal(set) var refused = 0
  /// What the server says of those that it refused: it names the object, not the row.
  public internal(set) var problems: [String] = []
}

extension DHIS2 {
  /// Registers data sets as complete, or takes that back, up to 1,000 at a time.
  public func register(_ registrations: [CompletenessRegistration]) async throws -> CompletenessReceipt {
    var receipt = CompletenessReceipt()
    for chunk in registrations.chunked(1_000) {
      let operation = "registering the completeness of \(chunk.count) data sets"
      let body: JSONValue = ["completeDataSetRegistrations": .array(chunk.map(\.document))]
      var answer = try await post("completeDataSetRegistrations", [], body.bytes(), operation: operation)
      if Self.isFlushFailure(answer) {
        // 2.43 fails so at the first registration of a period that was never used before.
        answer = try await post("completeDataSetRegistrations", [], body.bytes(), operation: operation)
      }
      guard let summary = ImportSummary(answer) else {
        throw DHIS2Failure(
          .rejected, "\(operation) at \(baseURL): \(answer["message"]?.string ?? "refused without a reason")",
          code: answer["errorCode"]?.string)
      }
      receipt.registered += summary.imported
      receipt.updated += summary.updated
      receipt.removed += summary.deleted
      receipt.refused += chunk.count - summary.imported - summary.updated - summary.deleted
      receipt.problems += summary.conflicts.map { "\($0.object.map { "\($0): " } ?? "")\($0.message)" }
    }
    return receipt
  }

  /// Takes registrations back, for all attribute option combinations.
  public func unregister(dataSet: String, period: String, orgUnit: String) async throws {
    let operation = "taking back that data set \(dataSet) is complete for \(orgUnit) in \(period)"
    let response = try await send(
      .delete, "completeDataSetRegistrations", [("ds", dataSet), ("pe", period), ("ou", orgUnit)],
      operation: operation)
    guard (200...299).contains(response.status) else {
      throw DHIS2Answer(response, operation: operation, server: baseURL).failure
    }
  }

  /// Which registrations there are for periods, at some units or below them.
  public func registrations(
    dataSet: String, periods: [String], orgUnits: [String], below: Bool = false
  ) async throws -> [CompletenessRegistration] {
    var found: [CompletenessRegistration] = []
    for units in orgUnits.chunked(200) {
      for periods in periods.chunked(50) {
        let answer = try await value(
          "completeDataSetRegistrations",
          [("dataSet", dataSet), ("children", "\(below)")] + periods.map { ("period", $0) }
            + units.map { ("orgUnit", $0) },
          operation: "reading which data are complete in data set \(dataSet)")
        found += (answer["completeDataSetRegistrations"]?.array ?? []).compactMap(
          CompletenessRegistration.init(_:))
      }
    }
    return found
  }

  private static func isFlushFailure(_ answer: JSONValue) -> Bool {
    answer["response"]?["importCount"] == nil
      && answer["message"]?.string?.contains("Failed to flush BatchHandler") == true
      || answer["response"]?["description"]?.string?.contains("Failed to flush BatchHandler") == true
      || answer["devMessage"]?.string?.contains("Failed to flush BatchHandler") == true
  }
}
