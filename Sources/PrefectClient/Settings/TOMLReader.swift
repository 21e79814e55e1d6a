import Essentials
import JSON

/// Reads the part of TOML 1.0 that Prefect's files are written in: tables, dotted keys, strings of one line, numbers,
/// booleans, arrays and inline tables. Multi-line strings, dates and arrays of tables are refused with their line.
struct TOMLReader {
  private var letters: [Character]
  private var position = 0
  private var line = 1
  private let file: String

  private init(_ text: String, file: String) {
    letters = Array(text)
    self.file = file
  }

  /// - Parameter file: for messages.
  static func read(_ text: String, file: String) throws -> JSONObject {
    var reader = TOMLReader(text, file: file)
    return try reader.document()
  }

  private mutating func document() throws -> JSONObject {
    var root = JSONObject()
    var table: [String] = []
    var headers: Set<[String]> = []
    while true {
      skipBlank()
      guard let letter = peek else { return root }
      if letter == "[" {
        position += 1
        guard peek != "[" else { throw fault("an array of tables is not known here") }
        table = try path()
        skipSpaces()
        guard take("]") else { throw fault("expected ] at the end of the table's name") }
        guard headers.insert(table).inserted else {
          throw fault("the table \(table.joined(separator: ".")) is there twice")
        }
        try set([:], at: table, in: &root, isTable: true)
      } else {
        let key = try path()
        skipSpaces()
        guard take("=") else { throw fault("expected = after the key \(key.joined(separator: "."))") }
        skipSpaces()
        try set(try value(), at: table + key, in: &root, isTable: false)
      }
      try endLine()
    }
  }

  private func set(
    _ value: JSONValue, at path: [String], in object: inout JSONObject, isTable: Bool
  ) throws {
    guard let key = path.first else { return }
    if path.count == 1 {
      if let present = object[key] {
        guard isTable, present.object != nil else { throw fault("\(key) is there twice") }
        return
      }
      object[key] = value
      return
    }
    let present = object[key] ?? [:]
    guard var inner = present.object else { throw fault("\(key) is a value and a table") }
    try set(value, at: Array(path.dropFirst()), in: &inner, isTable: isTable)
    object[key] = .object(inner)
  }

  // MARK: Keys

  private mutating func path() throws -> [String] {
    var path = [try key()]
    while true {
      skipSpaces()
      guard take(".") else { return path }
      path.append(try key())
    }
  }

  private mutating func key() throws -> String {
    skipSpaces()
    if peek == "\"" || peek == "'" { return try string() }
    var key = ""
    while let letter = peek, letter.isASCII,
      letter.isLetter || letter.isNumber || letter == "_" || letter == "-"
    {
      key.append(letter)
      position += 1
    }
    guard !key.isEmpty else { throw fault("expected a key") }
    return key
  }

  // MARK: Values

  private mutating func value() throws -> JSONValue {
    switch peek {
    case "\"", "'": return .string(try string())
    case "[": return try array()
    case "{": return try inlineTable()
    default: return try word()
    }
  }

  private mutating func word() throws -> JSONValue {
    var word = ""
    while let letter = peek, !letter.isWhitespace, !",]}#".contains(letter) {
      word.append(letter)
      position += 1
    }
    if word == "true" || word == "false" { return .bool(word == "true") }
    let digits = word.replacing("_", with: "")
    if let integer = Int(digits) { return .integer(integer) }
    if digits.first.map({ $0.isNumber || $0 == "-" || $0 == "+" }) == true, let number = Double(digits) {
      return .number(number)
    }
    throw fault(
      word.isEmpty ? "expected a value" : "\(word) is no string in quotes, number or boolean")
  }

  private mutating func array() throws -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    while true {
      skipBlank()
      if take("]") { return .array(elements) }
      elements.append(try value())
      skipBlank()
      if !take(","), peek != "]" { throw fault("expected , or ] in an array") }
    }
  }

  private mutating func inlineTable() throws -> JSONValue {
    position += 1
    var table = JSONObject()
    skipSpaces()
    if take("}") { return .object(table) }
    while true {
      let key = try path()
      skipSpaces()
      guard take("=") else { throw fault("expected = after the key \(key.joined(separator: "."))") }
      skipSpaces()
      try set(try value(), at: key, in: &table, isTable: false)
      skipSpaces()
      if take("}") { return .object(table) }
      guard take(",") else { throw fault("expected , or } in a table") }
    }
  }

  private mutating func string() throws -> String {
    guard let quote = peek else { throw fault("expected a string") }
    position += 1
    var text = ""
    while let letter = peek, letter != "\n", letter != "\r\n" {
      position += 1
      if letter == quote {
        if text.isEmpty, peek == quote { throw fault("strings of several lines are not known here") }
        return text
      }
      if letter == "\\", quote == "\"" { text.append(try escape()) } else { text.append(letter) }
    }
    throw fault("a string that does not end")
  }

  private mutating func escape() throws -> Character {
    guard let letter = peek else { throw fault("a string that does not end") }
    position += 1
    switch letter {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "\"", "\\": return letter
    case "u", "U":
      let count = letter == "u" ? 4 : 8
      let digits = String(letters[position..<min(position + count, letters.count)])
      guard digits.count == count, let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else {
        throw fault("\\\(letter)\(digits) is no character")
      }
      position += count
      return Character(scalar)
    default: throw fault("\\\(letter) is no escape")
    }
  }

  // MARK: Letters

  private var peek: Character? { position < letters.count ? letters[position] : nil }

  private mutating func take(_ letter: Character) -> Bool {
    guard peek == letter else { return false }
    position += 1
    return true
  }

  private mutating func skipSpaces() { while peek == " " || peek == "\t" { position += 1 } }

  /// Passes over white space, ends of lines and comments.
  private mutating func skipBlank() {
    while let letter = peek {
      if letter.isNewline {
        line += 1
      } else if letter == "#" {
        while let letter = peek, !letter.isNewline { position += 1 }
        continue
      } else if !letter.isWhitespace {
        return
      }
      position += 1
    }
  }

  private mutating func endLine() throws {
    skipSpaces()
    guard let letter = peek, letter != "#" else { return }
    guard letter.isNewline else { throw fault("expected the end of the line") }
  }

  private func fault(_ problem: String) -> Misconfiguration {
    Misconfiguration("\(file), line \(line): \(problem)")
  }
}
