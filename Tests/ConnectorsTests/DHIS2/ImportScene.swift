import Essentials
import FlowKitTesting
import HTTP
import JSON
import Sandbox
import Testing

@testable import Connectors

/// A sandbox with a data set in it, for tests of imports.
struct ImportScene: Sendable {
  let sandbox: Sandbox
  let server: DHIS2
  let clock: ManualClock
  let dataSet = "SluiceDS001"
  let elements = ["SluiceDE001", "SluiceDE002"]
  /// The units of level 3, all of them in the data set.
  let units: [OrgUnit]

  /// - Parameter aggregation: of the data elements.
  static func with(
    _ version: SandboxRelease, faults: [SandboxFault] = [], bodyLimit: Int? = nil,
    size: SandboxCountrySize = .small, aggregation: String = "AVERAGE",
    user: (@Sendable (Sandbox) -> String)? = nil,
    _ work: (ImportScene) async throws -> Void
  ) async throws {
    var options = SandboxOptions()
    options.dhis2Version = version
    options.countrySize = size
    if let bodyLimit { options.bodyLimit = bodyLimit }
    let sandbox = try await Sandbox.start(options)
    do {
      let clock = ManualClock()
      func client(_ name: String) -> DHIS2 {
        DHIS2(
          DHIS2Credentials(
            baseURL: sandbox.dhis2URL, login: .basic(username: name, password: Secret(sandbox.dhis2Password))),
          http: HTTPClient(configuration: HTTPConfiguration(proxy: .none), clock: clock), clock: clock)
      }
      let owner = client(sandbox.dhis2Username)
      let units = try await owner.orgUnits(level: 3)
      let elements = ["SluiceDE001", "SluiceDE002"].map {
        DataElement(
          id: $0, name: "Name \($0)", shortName: $0, description: "made up", aggregationType: aggregation)
      }
      let set = DataSet(id: "SluiceDS001", name: "Made up", shortName: "Made up", periodType: "Monthly")
      let change = try await owner.metadataChange(
        dataElements: elements, dataSet: set, orgUnits: units, user: try await owner.currentUser())
      try await owner.write(change)
      sandbox.add(SandboxFaults(faults))
      let server = user.map { client($0(sandbox)) } ?? owner
      try await work(ImportScene(sandbox: sandbox, server: server, clock: clock, units: units))
    } catch {
      await sandbox.stop()
      throw error
    }
    await sandbox.stop()
  }

  /// Lets everybody view and enter data of the data set.
  func shareWithAll() async throws {
    try await patch("dataSets/\(dataSet)", "/sharing/public", "rwrw----")
  }

  /// A category combination, and its one option combination.
  static let (combo, optionCombo) = ("SluiceCC001", "SluiceOC001")

  /// Adds the category combination.
  func addCombo() async throws {
    let bundle: JSONValue = [
      "categoryOptions": [["id": "SluiceCO001", "name": "Night", "shortName": "Night"]],
      "categories": [
        [
          "id": "SluiceCA001", "name": "Time", "shortName": "Time", "dataDimensionType": "DISAGGREGATION",
          "categoryOptions": [["id": "SluiceCO001"]],
        ]
      ],
      "categoryCombos": [
        [
          "id": .string(Self.combo), "name": "Time", "dataDimensionType": "DISAGGREGATION",
          "categories": [["id": "SluiceCA001"]],
          "categoryOptionCombos": [["id": .string(Self.optionCombo)]],
        ]
      ],
      "categoryOptionCombos": [
        [
          "id": .string(Self.optionCombo), "name": "Night", "categoryCombo": ["id": .string(Self.combo)],
          "categoryOptions": [["id": "SluiceCO001"]],
        ]
      ],
    ]
    try await change(.post, "metadata", bundle, type: "application/json")
  }

  /// Makes zero mean nothing.
  func makeZeroInsignificant() async throws {
    for element in elements { try await patch("dataElements/\(element)", "/zeroIsSignificant", false) }
  }

  /// Changes a property of an object as the superuser.
  func patch(_ object: String, _ path: String, _ value: JSONValue) async throws {
    let patch: JSONValue = [["op": "add", "path": .string(path), "value": value]]
    try await change(.patch, object, patch, type: "application/json-patch+json")
  }

  private func change(
    _ method: HTTPMethod, _ object: String, _ body: JSONValue, type: String
  ) async throws {
    var request = HTTPRequest(
      method, "\(sandbox.dhis2URL)/api/\(object)",
      headers: ["Content-Type": type, "X-Requested-With": "XMLHttpRequest"], body: .bytes(body.bytes()),
      authentication: .basic(username: sandbox.dhis2AdminUsername, password: Secret(sandbox.dhis2Password)))
    request.retry = .never
    let response = try await server.http.send(request)
    guard response.status == 200 else {
      throw Fault("changing \(object): \(response.status) \(response.text)")
    }
  }

  func value(_ unit: String, _ text: String = "1.5", element: Int = 0, period: String = "202301") -> DataValue
  {
    DataValue(.init(dataElement: elements[element], period: period, orgUnit: unit), value: text)
  }

  /// One value for each unit and data element in a period.
  func values(_ period: String = "202301", text: String = "1.5") -> [DataValue] {
    units.flatMap { unit in
      [0, 1].map { value(unit.id, text, element: $0, period: period) }
    }
  }

  func options(_ change: (inout ImportOptions) -> Void = { _ in }) -> ImportOptions {
    var options = ImportOptions(dataSet: dataSet)
    change(&options)
    return options
  }
}
