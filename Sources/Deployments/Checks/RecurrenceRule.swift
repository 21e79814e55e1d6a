/// The syntax of a recurrence rule (RFC 5545, section 3.3.10), as far as Prefect's server takes it.
enum RecurrenceRule {
  /// What is wrong with a rule, as the end of a sentence; nil where it is valid.
  static func problem(_ text: String) -> String? {
    var rules = 0
    for line in text.split(whereSeparator: \.isNewline).map(String.init) {
      let name = line.prefix { $0 != ":" && $0 != ";" && $0 != "=" }.uppercased()
      switch name {
      case "DTSTART", "EXDATE", "RDATE":
        guard let colon = line.firstIndex(of: ":"),
          line[line.index(after: colon)...].split(separator: ",").allSatisfy({ isMoment(String($0)) })
        else { return "has \"\(line)\", which names no moment such as 20260101T000000" }
      default:
        rules += 1
        let rule = line.uppercased().hasPrefix("RRULE:") ? String(line.dropFirst(6)) : line
        if let problem = problem(ofRule: rule) { return problem }
      }
    }
    return rules == 0 ? "has no rule such as FREQ=WEEKLY;BYDAY=MO" : nil
  }

  private static func problem(ofRule rule: String) -> String? {
    var parts: [String: String] = [:]
    for part in rule.split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1).map { String($0).uppercased() }
      guard sides.count == 2 else { return "has \"\(part)\"; its parts are NAME=VALUE" }
      guard parts.updateValue(sides[1], forKey: sides[0]) == nil else { return "says \(sides[0]) twice" }
    }
    guard let frequency = parts["FREQ"] else { return "does not say FREQ" }
    let frequencies = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
    guard frequencies.contains(frequency) else {
      return "has FREQ=\(frequency); it is one of \(frequencies.joined(separator: ", "))"
    }
    if parts["COUNT"] != nil, parts["UNTIL"] != nil { return "says both COUNT and UNTIL" }
    for (name, value) in parts.sorted(by: { $0.key < $1.key }) where name != "FREQ" {
      if let problem = problem(name, value) { return problem }
    }
    return nil
  }

  private static let numbers: [String: (bounds: ClosedRange<Int>, countsFromEnd: Bool)] = [
    "BYSECOND": (0...60, false), "BYMINUTE": (0...59, false), "BYHOUR": (0...23, false),
    "BYMONTHDAY": (1...31, true), "BYYEARDAY": (1...366, true), "BYWEEKNO": (1...53, true),
    "BYMONTH": (1...12, false), "BYSETPOS": (1...366, true),
  ]

  private static func problem(_ name: String, _ value: String) -> String? {
    let values = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let isGood: Bool
    switch name {
    case "COUNT", "INTERVAL": isGood = (Int(value) ?? 0) > 0
    case "UNTIL":
      if value.hasSuffix("Z") {
        return "has UNTIL=\(value); the server wants it without the Z, in the schedule's time zone"
      }
      isGood = isMoment(value)
    case "WKST": isGood = value.wholeMatch(of: /MO|TU|WE|TH|FR|SA|SU/) != nil
    case "BYDAY":
      isGood = values.allSatisfy { $0.wholeMatch(of: /[+-]?\d{0,2}(MO|TU|WE|TH|FR|SA|SU)/) != nil }
    default:
      guard let rule = numbers[name] else { return "has the unknown part \(name)" }
      isGood = values.allSatisfy { text in
        guard let number = Int(text) else { return false }
        return rule.bounds.contains(rule.countsFromEnd ? abs(number) : number)
      }
    }
    return isGood ? nil : "has \(name)=\(value)"
  }

  private static func isMoment(_ text: String) -> Bool {
    text.wholeMatch(of: /\d{8}(T\d{6}Z?)?/) != nil
  }
}
