import Essentials
import JSON

extension Preflight {
  /// What stands against the combinations that a value names, or does not: up to 2.42 those of another category
  /// combination are stored without a word, and are in no report.
  func comboFinding(
    _ key: DataValue.Key, _ element: DataSetDetails.Element, _ dataSet: DataSetDetails
  ) -> Finding? {
    if key.categoryOptionCombo == nil, let combo = element.categoryCombo, combo != defaultCombo.categoryCombo
    {
      return Finding(
        .refuse, .categoryOptionComboRequired, "data element \(element.id)", value: combo,
        "data element \(element.id) is broken down by category combination \(combo), and the value names no option of it"
      )
    }
    if key.attributeOptionCombo == nil,
      dataSet.isDefaultCategoryCombo == false
        || (dataSet.isDefaultCategoryCombo == nil
          && dataSet.categoryCombo.map { $0 != defaultCombo.categoryCombo } == true)
    {
      return Finding(
        .refuse, .attributeOptionComboRequired, "data set \(dataSet.id)", value: dataSet.categoryCombo,
        "data set \(dataSet.id) has attributes, and the value names none")
    }
    if let given = key.categoryOptionCombo, let combo = element.categoryCombo, isForeign(given, to: combo) {
      return Finding(
        .refuse, .categoryOptionComboWrong, "data element \(element.id)", value: given,
        "category option combination \(given) is none of category combination \(combo), which data element \(element.id) has"
      )
    }
    if let given = key.attributeOptionCombo, let combo = dataSet.categoryCombo, isForeign(given, to: combo) {
      return Finding(
        .refuse, .attributeOptionComboWrong, "data set \(dataSet.id)", value: given,
        "attribute option combination \(given) is none of category combination \(combo), which data set \(dataSet.id) has"
      )
    }
    return nil
  }

  /// Whether it is known that an option combination is none of a category combination.
  private func isForeign(_ optionCombo: String, to combo: String) -> Bool {
    optionCombos?[combo].map { !$0.contains(optionCombo) } ?? false
  }
}

extension DHIS2 {
  /// Reads which option combinations the data set and its elements take: once, when a value names one.
  func learnCombos(in preflight: inout Preflight) async throws {
    guard preflight.optionCombos == nil, let set = preflight.dataSet else { return }
    let combos = Set(set.elements.values.compactMap(\.categoryCombo) + [set.categoryCombo].compactMap { $0 })
    var found: [String: Set<String>] = [:]
    for combos in combos.sorted().chunked(OrgUnitQuery.mostIDs) {
      let answer = try await value(
        "categoryCombos",
        [
          ("fields", "id,categoryOptionCombos[id]"),
          ("filter", "id:in:[\(combos.joined(separator: ","))]"), ("paging", "false"),
        ], operation: "reading \(combos.count) category combinations")
      for combo in answer["categoryCombos"]?.array ?? [] {
        guard let id = combo["id"]?.string, let options = combo["categoryOptionCombos"]?.array else {
          continue
        }
        found[id] = Set(options.compactMap { $0["id"]?.string })
      }
    }
    preflight.optionCombos = found
  }
}
