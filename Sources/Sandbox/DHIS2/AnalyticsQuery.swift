internal import Essentials
internal import JSON

/// `GET /api/analytics`: data elements by period and org unit, from the tables of the last run.
///
/// Rows below an org unit and within a period count towards it, by the aggregation type of the data element. Values that
/// are literally `0` are left out but for averages (JdbcAnalyticsTableManager).
struct AnalyticsQuery {
  let store: MetadataStore
  let user: DHIS2User
  private let version: DHIS2Version
  /// The dimensions in the order of the query; `filter`s behind them, which make no column.
  private let dimensions: [(name: String, items: [String], isColumn: Bool)]
  private let elements: [String]
  private let periods: [Period]
  private let units: [String]
  private let isRounded: Bool
  private let hidesMeta: Bool
  private let limit: Int?

  private static let largest = 50_000

  init(call: Call, store: MetadataStore, user: DHIS2User, version: DHIS2Version) throws {
    self.store = store
    self.user = user
    self.version = version
    var dimensions: [(name: String, items: [String], isColumn: Bool)] = []
    for parameter in ["dimension", "filter"] {
      for text in call.parameters(parameter) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let items = parts.count < 2 ? [] : parts[1].split(separator: ";").map(String.init)
        if dimensions.contains(where: { $0.name == parts[0] }) {
          throw Self.refuse("E7111", "Dimensions cannot be specified more than once: `[\(parts[0])]`")
        }
        dimensions.append((parts.first ?? "", items, parameter == "dimension"))
      }
    }
    guard dimensions.contains(where: \.isColumn) else {
      throw Self.refuse("E7101", "At least one dimension must be specified")
    }
    func items(_ name: String) -> [String]? { dimensions.first { $0.name == name }?.items }
    for (name, items, _) in dimensions {
      guard ["dx", "pe", "ou"].contains(name) else {
        throw Self.refuse(
          "E7125", "Dimension identifier does not reference any dimension: `\(name)`")
      }
      if items.isEmpty {
        throw Self.refuse(
          "E7124", "Dimension is present in query without any valid dimension options: `\(name)`")
      }
    }
    elements = (items("dx") ?? []).filter { store[.dataElements, $0] != nil }
    periods = (items("pe") ?? []).compactMap { Period($0, version: version) }
    units = try Self.units(items("ou"), store, user)
    if items("dx") != nil, elements.isEmpty {
      throw Self.refuse("E7124", "Dimension is present in query without any valid dimension options: `dx`")
    }
    if items("pe") != nil, periods.isEmpty {
      throw Self.refuse("E7124", "Dimension is present in query without any valid dimension options: `pe`")
    }
    self.dimensions = dimensions
    isRounded = !call.flag("skipRounding")
    hidesMeta = call.flag("skipMeta")
    limit = call.flag("ignoreLimit") ? nil : Self.largest
  }

  private static func refuse(_ code: String, _ message: String) -> Refusal {
    Refusal(reply: WebMessage.reply(409, message, errorCode: code))
  }

  /// Ids and `LEVEL-n`, which means the units of that level below the ids, or all where there are none.
  private static func units(_ items: [String]?, _ store: MetadataStore, _ user: DHIS2User) throws -> [String]
  {
    guard let items else { return [] }
    var ids: [String] = []
    var levels: [Int] = []
    for item in items {
      if item.hasPrefix("LEVEL-"), let level = Int(item.dropFirst("LEVEL-".count)) {
        levels.append(level)
      } else if item == "USER_ORGUNIT" {
        ids += user.orgUnits
      } else if let unit = store[.organisationUnits, item] {
        guard user.authorities.contains("ALL") || store.isUnit(unit, within: user.orgUnits) else {
          throw refuse("E7120", "User: `\(user.username)` is not allowed to view org unit: `\(item)`")
        }
        ids.append(item)
      } else {
        throw refuse("E7143", "Org unit or org unit level is not valid: `\(item)`")
      }
    }
    guard !levels.isEmpty else { return ids }
    let roots = ids.isEmpty ? user.orgUnits : ids
    return store.objects(.organisationUnits).filter {
      levels.contains($0["level"]?.integer ?? 0) && store.isUnit($0, within: roots)
    }.compactMap { $0["id"]?.string }
  }

  private struct Place: Hashable {
    let element: String
    let period: Int
    let unit: String
  }

  /// The values that count towards each data element, period and org unit, with the own period and unit of each.
  private func gathered(_ values: DataValueStore) -> [Place: [(value: Double, period: Int32, unit: Int32)]] {
    var elementOf: [Int32: String] = [:]
    for id in elements { if let number = values.names.known(id) { elementOf[number] = id } }
    let averages = Set(
      elements.filter { store[.dataElements, $0]?["aggregationType"]?.string?.hasPrefix("AVERAGE") == true })
    let wanted = Set(units)
    var unitsOf: [Int32: [String]] = [:]
    var periodsOf: [Int32: [Int]] = [:]
    var found: [Place: [(value: Double, period: Int32, unit: Int32)]] = [:]
    for (key, stored) in values.values where !stored.isDeleted {
      guard let element = elementOf[key.dataElement], let value = Double(stored.value) else { continue }
      if stored.value == "0", !averages.contains(element) { continue }
      let above =
        unitsOf[key.orgUnit]
        ?? (store[.organisationUnits, values.names.texts[Int(key.orgUnit)]]?["path"]?.string ?? "")
        .split(separator: "/").map(String.init).filter { wanted.contains($0) }
      unitsOf[key.orgUnit] = above
      let around = periodsOf[key.period] ?? periodsAround(values.names.texts[Int(key.period)])
      periodsOf[key.period] = around
      for unit in above {
        for period in around {
          found[Place(element: element, period: period, unit: unit), default: []].append(
            (value, key.period, key.orgUnit))
        }
      }
    }
    return found
  }

  private func periodsAround(_ text: String) -> [Int] {
    guard let inner = Period(text, version: version) else { return [] }
    return periods.indices.filter { periods[$0].start <= inner.start && periods[$0].end >= inner.end }
  }

  private func aggregated(_ values: [(value: Double, period: Int32, unit: Int32)], _ element: String)
    -> Double
  {
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
    let numbers = values.map(\.value)
    switch store[.dataElements, element]?["aggregationType"]?.string ?? "SUM" {
    case "AVERAGE": return mean(numbers)
    case "AVERAGE_SUM_ORG_UNIT":
      return Dictionary(grouping: values, by: \.unit).values.map { mean($0.map(\.value)) }.reduce(0, +)
    case "MIN": return numbers.min() ?? 0
    case "MAX": return numbers.max() ?? 0
    case "COUNT": return Double(numbers.count)
    default: return numbers.reduce(0, +)
    }
  }

  /// One line per data element, period and org unit that has values; where there is no such column, over all of them.
  private func lines(_ values: DataValueStore) throws -> [(keys: [String], value: Double)] {
    let columns = dimensions.filter(\.isColumn).map(\.name)
    var groups: [[String]: (element: String, values: [(value: Double, period: Int32, unit: Int32)])] = [:]
    for (place, found) in gathered(values) {
      let key = columns.map { name in
        switch name {
        case "dx": place.element
        case "pe": periods[place.period].iso
        default: place.unit
        }
      }
      groups[key, default: (place.element, [])].values += found
    }
    if let limit, groups.count > limit {
      throw Self.refuse("E7128", "Query result set exceeded max limit: `\(limit)`")
    }
    return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
      ($0.key, aggregated($0.value.values, $0.value.element))
    }
  }

  private func text(_ value: Double) -> String {
    let shown = isRounded ? (value * 10).rounded() / 10 : value
    return "\(shown)"
  }

  /// `{"headers": [...], "rows": [[...]]}`: everything is text.
  func table(_ values: DataValueStore) throws -> Reply {
    guard dimensions.contains(where: { $0.name == "dx" }) else {
      throw Self.refuse(
        "E7102",
        "At least one data dimension item or data element group set dimension item must be specified")
    }
    guard dimensions.contains(where: { $0.name == "pe" }) else {
      throw Self.refuse(
        "E7104", "At least one period as dimension or filter, or start and dates, must be specified")
    }
    let lines = try lines(values)
    let columns = dimensions.filter(\.isColumn).map(\.name)
    let titles = ["dx": "Data", "pe": "Period", "ou": "Organisation unit"]
    var headers = columns.map { name -> JSONValue in
      [
        "name": .string(name), "column": .string(titles[name] ?? name), "valueType": "TEXT",
        "type": "java.lang.String", "hidden": false, "meta": true,
      ]
    }
    headers.append([
      "name": "value", "column": "Value", "valueType": "NUMBER", "type": "java.lang.Double", "hidden": false,
      "meta": false,
    ])
    var body: JSONObject = ["headers": .array(headers)]
    body["rows"] = .array(
      lines.map { line in .array(line.keys.map { .string($0) } + [.string(text(line.value))]) })
    body["metaData"] = hidesMeta ? [:] : metadata
    body["width"] = .integer(headers.count)
    body["height"] = .integer(lines.count)
    body["headerWidth"] = .integer(headers.count)
    return .json(.object(body))
  }

  private var metadata: JSONValue {
    var items = JSONObject()
    for id in elements { items[id] = ["name": store[.dataElements, id]?["name"] ?? .string(id)] }
    for period in periods { items[period.iso] = ["name": .string(period.iso)] }
    for id in units { items[id] = ["name": store[.organisationUnits, id]?["name"] ?? .string(id)] }
    return [
      "items": .object(items),
      "dimensions": [
        "dx": .array(elements.map { .string($0) }), "pe": .array(periods.map { .string($0.iso) }),
        "ou": .array(units.map { .string($0) }), "co": [],
      ],
    ]
  }

  /// The same as a data value set; needs exactly dx, pe and ou.
  func dataValueSet(_ values: DataValueStore) throws -> Reply {
    for (name, code, what) in [
      ("dx", "E7117", "A data dimension 'dx'"), ("pe", "E7118", "A period dimension 'pe'"),
      ("ou", "E7119", "An organisation unit dimension 'ou'"),
    ] where !dimensions.contains(where: { $0.name == name && $0.isColumn }) {
      throw Self.refuse(code, "\(what) must be specified when output format is DATA_VALUE_SET")
    }
    let columns = dimensions.filter(\.isColumn).map(\.name)
    func place(_ name: String) -> Int { columns.firstIndex(of: name) ?? 0 }
    let lines = try lines(values)
    return .json([
      "dataValues": .array(
        lines.map { line in
          [
            "dataElement": .string(line.keys[place("dx")]), "period": .string(line.keys[place("pe")]),
            "orgUnit": .string(line.keys[place("ou")]), "value": .string(text(line.value)),
            "storedBy": "[aggregated]", "created": "2026-01-01", "lastUpdated": "2026-01-01",
            "comment": "[aggregated]",
          ]
        })
    ])
  }
}
