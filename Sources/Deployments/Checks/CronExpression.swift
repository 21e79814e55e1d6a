/// What Prefect's server takes for a cron expression (croniter's syntax, without its random and hashed forms).
enum CronExpression {
  /// What is wrong with an expression, as the end of a sentence; nil where it is valid.
  static func problem(_ text: String) -> String? {
    if text.hasPrefix("@") {
      let names = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]
      return names.contains(text.lowercased())
        ? nil : "is not one of \(names.joined(separator: ", "))"
    }
    let fields = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard fields.count == 5 || fields.count == 6 else {
      return "has \(fields.count) fields; there are 5: minute, hour, day, month, weekday"
    }
    for (text, field) in zip(fields, Field.all) {
      for part in text.split(separator: ",", omittingEmptySubsequences: false)
      where !field.allows(String(part)) {
        return "has \"\(text)\" as its \(field.name)"
      }
    }
    return nil
  }

  private struct Field {
    let name: String
    let bounds: ClosedRange<Int>
    var names: [String] = []
    var isDay = false
    var isWeekday = false

    static let all = [
      Field(name: "minute", bounds: 0...59), Field(name: "hour", bounds: 0...23),
      Field(name: "day", bounds: 1...31, isDay: true),
      Field(
        name: "month", bounds: 1...12,
        names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
      Field(
        name: "weekday", bounds: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
        isWeekday: true),
      Field(name: "second", bounds: 0...59),
    ]

    func allows(_ part: String) -> Bool {
      if part == "*" || (part == "?" && (isDay || isWeekday)) { return true }
      if isDay, part.lowercased() == "l" { return true }
      if isWeekday, let match = part.lowercased().wholeMatch(of: /l(\w+)|(\w+)#(\d|l)/) {
        let day = match.1 ?? match.2 ?? ""
        let place = match.3.flatMap { Int($0) } ?? 1
        return number(String(day)) != nil && (1...5).contains(place)
      }
      let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if pieces.count == 2 {
        guard let step = Int(pieces[1]), step > 0, step <= max(bounds.upperBound, 1) else { return false }
      }
      if pieces[0] == "*" { return true }
      let ends = pieces[0].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      return ends.count <= 2 && ends.allSatisfy { number($0) != nil }
    }

    private func number(_ text: String) -> Int? {
      if let place = names.firstIndex(of: text.lowercased()) { return place }
      guard !text.isEmpty, text.allSatisfy(\.isASCII), text.allSatisfy(\.isNumber), let number = Int(text),
        bounds.contains(number)
      else { return nil }
      return number
    }
  }
}
