internal import JSON

/// What org units have from other objects: children from their parents, groups from the groups' members.
struct OrgUnitRelations: Sendable {
  private var childrenOf: [String: [String]] = [:]
  private var groupsOf: [String: [String]] = [:]

  /// The ids of the units directly below one.
  func children(of unit: String) -> [String] { childrenOf[unit] ?? [] }

  /// The ids of the groups that a unit is in, in order.
  func groups(of unit: String) -> [String] { groupsOf[unit] ?? [] }

  /// Takes note that a unit came, was moved, or went.
  mutating func unit(_ id: String, was old: JSONObject?, is new: JSONObject?) {
    let (before, after) = (old?["parent"]?["id"]?.string, new?["parent"]?["id"]?.string)
    guard before != after else { return }
    if let before { childrenOf[before]?.removeAll { $0 == id } }
    if let after { childrenOf[after, default: []].append(id) }
  }

  /// Takes note that a group came, has other members, or went.
  mutating func group(_ id: String, was old: JSONObject?, is new: JSONObject?) {
    let (before, after) = (Self.members(old), Self.members(new))
    for unit in before.subtracting(after) { groupsOf[unit]?.removeAll { $0 == id } }
    for unit in after.subtracting(before) {
      let groups = groupsOf[unit] ?? []
      groupsOf[unit, default: []].insert(id, at: groups.firstIndex { $0 > id } ?? groups.count)
    }
  }

  private static func members(_ group: JSONObject?) -> Set<String> {
    Set((group?["organisationUnits"]?.array ?? []).compactMap { $0["id"]?.string })
  }
}
