/// The name of a parameter in documents, made from the property's name.
enum ParameterName {
  /// `orgUnitLevel` becomes `org_unit_level`, `baseURL` becomes `base_url`, `dhis2` stays.
  static func snakeCase(_ property: String) -> String {
    let letters = Array(property)
    var result = ""
    for (index, letter) in letters.enumerated() {
      if letter.isUppercase, index > 0 {
        let afterLower = !letters[index - 1].isUppercase && letters[index - 1] != "_"
        let beforeLower = index + 1 < letters.count && letters[index + 1].isLowercase
        if afterLower || (beforeLower && letters[index - 1] != "_") { result += "_" }
      }
      result += letter.lowercased()
    }
    return result
  }
}
