import Essentials

/// What DHIS2's database asks of names and ids (contract of the Hibernate mappings): checked before anything is sent,
/// as the server names the column and not the way out.
enum MetadataRule {
  static let longestName = 230
  static let longestShortName = 50

  /// Throws where an object cannot be stored as it is wanted.
  static func check(_ kind: String, id: String, name: String, shortName: String) throws {
    func refuse(_ problem: String, _ remedy: String) -> DHIS2Failure {
      DHIS2Failure(.configuration, "\(kind) \(id) cannot be written: \(problem)", remedy: remedy)
    }
    guard UID.isValid(id) else {
      throw refuse(
        "\"\(id)\" is no DHIS2 id", "An id has eleven letters and digits and begins with a letter.")
    }
    for (property, text, most) in [
      ("name", name, longestName), ("short name", shortName, longestShortName),
    ] {
      guard !text.allSatisfy(\.isWhitespace) else {
        throw refuse("the \(property) is empty", "Give it a \(property).")
      }
      // Java counts UTF-16 units.
      guard text.utf16.count <= most else {
        throw refuse(
          "the \(property) \"\(text)\" has \(text.utf16.count) characters, and DHIS2 takes \(most)",
          "Give it a shorter \(property).")
      }
    }
  }

  /// Throws where two of several objects of a kind share what DHIS2 keeps unique.
  static func checkUnique(_ kind: String, _ property: String, _ pairs: [(id: String, text: String)]) throws {
    var owners: [String: String] = [:]
    for (id, text) in pairs {
      if let other = owners.updateValue(id, forKey: text), other != id {
        throw DHIS2Failure(
          .configuration,
          "\(kind)s \(other) and \(id) cannot be written: both have the \(property) \"\(text)\"",
          remedy: "Give each its own \(property).")
      }
    }
  }
}
