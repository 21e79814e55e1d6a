/// A duration as ISO 8601 writes it: `PT15M`, `P1DT12H`, `P2W`.
package enum ISODuration {
  /// Its seconds; nil where the text is none, or says years or months, which have no length of their own.
  package static func seconds(_ text: String) -> Double? {
    let expression =
      /P(?:(\d+)W|(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?)/
    guard let match = text.wholeMatch(of: expression), !text.hasSuffix("T"), text != "P" else { return nil }
    let weeks = Double(match.1 ?? "0") ?? 0
    let days = Double(match.2 ?? "0") ?? 0
    let hours = Double(match.3 ?? "0") ?? 0
    let minutes = Double(match.4 ?? "0") ?? 0
    let seconds = Double(match.5 ?? "0") ?? 0
    return (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds
  }
}
