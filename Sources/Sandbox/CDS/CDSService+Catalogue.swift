internal import Essentials
internal import JSON

extension CDSService {
  /// `catalogue/v1/...`: needs no key.
  func catalogue(_ route: [String]) throws -> Reply {
    switch (route.first ?? "", route.count) {
    case ("messages", 1): return .json(["messages": []])
    case ("collections", 1), ("datasets", 1):
      return .json([
        "collections": .array(CDSDataset.all.map(collection)), "links": [],
        "numberMatched": .integer(CDSDataset.all.count),
      ])
    case ("collections", 2), ("collections", 3):
      guard let dataset = CDSDataset.byID[route[1]] else {
        throw CDSProblem(
          status: 404, type: "not found", title: "not found", detail: "dataset \(route[1]) not found")
      }
      if route.count == 2 { return .json(collection(dataset)) }
      switch route[2] {
      case "messages": return .json(["messages": []])
      case "constraints.json": return .json([.object(allowed(dataset))])
      case "form.json":
        return .json(
          .array(
            allowed(dataset).map { key, values in
              [
                "name": .string(key), "required": true, "type": "StringListWidget",
                "details": ["values": values],
              ]
            }))
      default: throw CDSProblem(status: 404, type: "not found", title: "not found", detail: "Not Found")
      }
    default: throw CDSProblem(status: 404, type: "not found", title: "not found", detail: "Not Found")
    }
  }

  private func collection(_ dataset: CDSDataset) -> JSONValue {
    let end = dataset.isMonthly ? embargo.lastMonth.firstDay : embargo.lastDay
    return [
      "type": "Collection", "id": .string(dataset.id), "stac_version": "1.1.0",
      "title": .string(dataset.title),
      "description": "Made up by the Sluice sandbox.", "license": .string(dataset.licence),
      "extent": [
        "spatial": ["bbox": [[-180, -90, 180, 90]]],
        "temporal": ["interval": [["1950-01-01T00:00:00Z", .string("\(end)T00:00:00Z")]]],
      ],
      "published": "2019-07-12T00:00:00Z", "updated": .string("\(end)T00:00:00Z"),
      "links": [
        ["rel": "self", "href": .string("\(api)/catalogue/v1/collections/\(dataset.id)")],
        [
          "rel": "retrieve", "href": .string("\(api)/retrieve/v1/processes/\(dataset.id)"),
          "type": "application/json",
        ],
        [
          "rel": "constraints",
          "href": .string("\(api)/catalogue/v1/collections/\(dataset.id)/constraints.json"),
        ],
        ["rel": "form", "href": .string("\(api)/catalogue/v1/collections/\(dataset.id)/form.json")],
        ["rel": "messages", "href": .string("\(api)/catalogue/v1/collections/\(dataset.id)/messages")],
      ],
    ]
  }

  private func allowed(_ dataset: CDSDataset) -> JSONObject {
    JSONObject(
      dataset.selection.map { key, _ in
        (
          key: key,
          value: .array((dataset.values(of: key, latestYear: embargo.today.year) ?? []).map { .string($0) })
        )
      })
  }

  func process(_ dataset: CDSDataset) -> JSONValue {
    let address = "\(api)/retrieve/v1/processes/\(dataset.id)"
    return [
      "title": .string(dataset.title), "id": .string(dataset.id), "version": "1.0.0",
      "jobControlOptions": ["async-execute"], "outputTransmission": ["reference"],
      "links": [
        ["href": .string(address), "rel": "self", "type": "application/json"],
        ["href": .string(address + "/execution"), "rel": "execute", "type": "application/json"],
        ["href": .string(address + "/constraints"), "rel": "constraints", "type": "application/json"],
        ["href": .string(address + "/costing"), "rel": "costing", "type": "application/json"],
      ],
      "inputs": [:],
    ]
  }

  /// `POST .../costing`: what a request would cost, allowed or not.
  func costing(_ inputs: JSONObject, _ dataset: CDSDataset) throws -> Reply {
    try refuseUnknownKeys(inputs, dataset)
    let cost = dataset.selection.reduce(1) { $0 * max(1, inputs[$1.key]?.array?.count ?? 1) }
    var body: JSONObject = ["id": "size", "cost": .integer(cost), "limit": .integer(settings.costLimit)]
    do {
      _ = try CDSRequest(inputs, dataset: dataset, embargo: embargo)
    } catch let problem as CDSProblem {
      body["request_is_valid"] = false
      body["invalid_reason"] = problem.detail.map { .string($0) }
    }
    return .json(.object(body))
  }

  /// `POST .../constraints`: the values that the keys may have.
  func constraints(_ inputs: JSONObject, _ dataset: CDSDataset) throws -> Reply {
    try refuseUnknownKeys(inputs, dataset)
    return .json(.object(allowed(dataset)))
  }

  private func refuseUnknownKeys(_ inputs: JSONObject, _ dataset: CDSDataset) throws {
    let known = dataset.selection.map(\.key) + ["area", "data_format", "download_format"]
    if let odd = inputs.keys.first(where: { !known.contains($0) }) {
      throw CDSProblem.unprocessable("invalid param '\(odd)'")
    }
  }

  /// `profiles/v1/account/...`: whose key it is, and which licences are accepted.
  func profile(_ call: Call, _ route: [String], _ account: Account) throws -> Reply {
    switch (call.method, route.count) {
    case ("POST", 3) where route[1] == "verification":
      return .json(["id": .integer(1), "sub": "sandbox", "role": "user", "email": "sandbox@example.org"])
    case ("GET", 2) where route[1] == "licences":
      return .json(["licences": .array(account.licences.sorted().map { ["id": .string($0), "revision": 1] })])
    case ("PUT", 3) where route[1] == "licences":
      guard (try? JSONValue(parsing: call.body))?["revision"]?.integer == 1 else {
        throw CDSProblem.unprocessable("revision: expected 1")
      }
      accounts[account.key]?.licences.insert(route[2])
      return .json(["id": .string(route[2]), "revision": 1])
    default: throw CDSProblem(status: 404, type: "not found", title: "not found", detail: "Not Found")
    }
  }
}
