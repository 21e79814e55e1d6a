import Connectors
import FlowKit

/// What has no value, and why, as rows for people.
enum ERA5GapTable {
  /// One row for each org unit and reason, with its indicators and its first and last period.
  static func rows(_ gaps: [ERA5Values.Gap], indicators: [ERA5Indicator]) -> [JSONObject] {
    struct Key: Hashable { let unit: String, reason: String }
    var order: [Key] = []
    var found: [Key: [ERA5Values.Gap]] = [:]
    for gap in gaps {
      let key = Key(unit: gap.unit.id, reason: gap.reason)
      if found[key] == nil { order.append(key) }
      found[key, default: []].append(gap)
    }
    return order.compactMap { key -> JSONObject? in
      guard let gaps = found[key], let first = gaps.min(by: { $0.period < $1.period }),
        let last = gaps.max(by: { $0.period < $1.period })
      else { return nil }
      return [
        "org_unit": .string(key.unit), "name": .string(first.unit.name),
        "indicators": text(Set(gaps.map(\.indicator)), of: indicators),
        "first_period": .string(first.period.label), "last_period": .string(last.period.label),
        "periods": .integer(Set(gaps.map(\.period)).count), "values": .integer(gaps.count),
        "reason": .string(key.reason),
      ]
    }
  }

  /// One row for each period that the store did not deliver, or not for all indicators.
  static func rows(
    missing: [ERA5Indicator: Set<ERA5Period>], indicators: [ERA5Indicator]
  ) -> [JSONObject] {
    let periods = missing.values.reduce(into: Set()) { $0.formUnion($1) }
    return periods.sorted().map { period in
      let lacking = Set(missing.filter { $0.value.contains(period) }.keys)
      return ["period": .string(period.label), "indicators": text(lacking, of: indicators)]
    }
  }

  private static func text(_ some: Set<ERA5Indicator>, of all: [ERA5Indicator]) -> JSONValue {
    some.count == all.count
      ? "all" : .string(all.filter(some.contains).map(\.rawValue).joined(separator: ", "))
  }
}
