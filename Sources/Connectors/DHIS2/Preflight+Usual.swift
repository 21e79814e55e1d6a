import Essentials

extension Preflight {
  /// What holds for all values of a data element and a period.
  struct Usual: Sendable {
    fileprivate let dataElement: String
    fileprivate let period: String
    /// Nil where something stands against them.
    fileprivate let type: String?
    fileprivate let firstDay: Int32
    fileprivate let lastDay: Int32
  }

  /// Whether a value is one against which nothing is known, and that stands under the key by which DHIS2 gives it back.
  /// A quick way past ``finding(for:)`` for most values: false means that it has to be asked.
  ///
  /// - Parameter place: where its unit is among the assigned ones.
  mutating func isUsual(_ value: DataValue, at place: Int) -> Bool {
    guard value.comment == nil, value.key.categoryOptionCombo == nil, value.key.attributeOptionCombo == nil
    else { return false }
    if usual?.period != value.key.period || usual?.dataElement != value.key.dataElement {
      usual = usual(like: value)
    }
    guard let type = usual?.type, let firstDay = usual?.firstDay, let lastDay = usual?.lastDay else {
      return false
    }
    let unit = assigned[place]
    return (unit.isCovered || isSuperuser && unit.isPlaced) && !unit.isHidden
      && unit.isOpen(from: firstDay, to: lastDay)
      && ValueType.problem(value.value, type: type) == nil
  }

  private mutating func usual(like value: DataValue) -> Usual {
    let key = value.key
    let found = period(key.period)
    var type: String?
    if let found, found.id == key.period, let dataSet, let element = dataSet.elements[key.dataElement],
      timeFinding(found, dataSet) == nil, comboFinding(key, element, dataSet) == nil
    {
      type = element.valueType
    }
    return Usual(
      dataElement: key.dataElement, period: key.period, type: type,
      firstDay: Int32(clamping: found?.firstDay.daysSinceEpoch ?? 0),
      lastDay: Int32(clamping: found?.lastDay.daysSinceEpoch ?? 0))
  }

  /// What is known of a unit; nil for one that was not read.
  func standing(of unit: String) -> AssignedUnits.Unit? {
    if let known = units[unit] { return standing(known) }
    guard let place = assigned.place(of: unit), assigned[place].isPlaced else { return nil }
    return assigned[place].unit
  }

  /// What is known of a unit, by its path.
  func standing(_ unit: Unit) -> AssignedUnits.Unit {
    AssignedUnits.Unit(
      isCovered: user.covers(unit.path),
      isHidden: readingUnits.map { !CurrentUser.isPath(unit.path, below: $0) } ?? false,
      opening: unit.openingDate, closed: unit.closedDate)
  }
}
