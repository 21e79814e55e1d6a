import ArgumentParser

/// How long something may take, on the command line: `4`, `90s`, `5m`.
struct Seconds: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    guard let match = argument.wholeMatch(of: /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?/),
      let number = Double(match.1)
    else { return nil }
    let factors: [String: Double] = ["ms": 0.001, "s": 1, "m": 60, "h": 3600]
    duration = .seconds(number * (factors[match.2.map(String.init) ?? "s"] ?? 1))
  }

  var defaultValueDescription: String { duration.description }
}
