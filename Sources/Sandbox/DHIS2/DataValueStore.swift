internal import Essentials
internal import FoundationEssentials

/// Texts by small numbers, so that a million keys stay small.
struct Interner: Sendable {
  private var numbers: [String: Int32] = [:]
  private(set) var texts: [String] = []

  mutating func number(_ text: String) -> Int32 {
    if let number = numbers[text] { return number }
    let number = Int32(texts.count)
    numbers[text] = number
    texts.append(text)
    return number
  }

  func known(_ text: String) -> Int32? { numbers[text] }
}

/// The data values, by their natural key.
struct DataValueStore: Sendable {
  struct Key: Hashable, Sendable {
    var dataElement: Int32
    var period: Int32
    var orgUnit: Int32
    var categoryOptionCombo: Int32
    var attributeOptionCombo: Int32
  }

  struct Stored: Sendable {
    var value: String
    var comment: String?
    var followUp = false
    var isDeleted = false
    var storedBy: Int32
    var created: Date
    var lastUpdated: Date
  }

  var names = Interner()
  var values: [Key: Stored] = [:]

  /// A value, whether deleted or not, by the texts of its key.
  func value(_ key: Key) -> Stored? { values[key] }

  /// Whether any value, deleted ones included, belongs to a data element or an org unit: they keep it from going.
  func holds(_ id: String) -> Bool {
    guard let number = names.known(id) else { return false }
    return values.keys.contains { $0.dataElement == number || $0.orgUnit == number }
  }

  /// All that are not deleted, in the order of their keys.
  func all() -> [SandboxDataValue] {
    values.filter { !$0.value.isDeleted }.map { shown($0.key, $0.value) }
      .sorted { ($0.dataElement, $0.period, $0.orgUnit) < ($1.dataElement, $1.period, $1.orgUnit) }
  }

  func shown(_ key: Key, _ stored: Stored) -> SandboxDataValue {
    func text(_ number: Int32) -> String { names.texts[Int(number)] }
    return SandboxDataValue(
      dataElement: text(key.dataElement), period: text(key.period), orgUnit: text(key.orgUnit),
      categoryOptionCombo: text(key.categoryOptionCombo),
      attributeOptionCombo: text(key.attributeOptionCombo),
      value: stored.value, comment: stored.comment, storedBy: text(stored.storedBy), created: stored.created,
      lastUpdated: stored.lastUpdated)
  }
}
