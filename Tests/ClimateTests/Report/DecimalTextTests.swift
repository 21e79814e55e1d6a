import Climate
import Glibc
import Testing

@Suite struct DecimalTextTests {
  private func text(_ value: Double) -> String {
    var bytes: [UInt8] = []
    DecimalText.append17(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What C writes.
  private func reference(_ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    _ = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.17g", $0) }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  @Test func writesWhatCWrites() {
    var random = SteadyRandom(40)
    var values: [Double] = [
      0, -0.0, 1, -1, 0.1, 0.5, 10, 99, 100, 273.15, 1e16, 99_999_999_999_999_984, 1e-4, 9.999e-5, 1e-9,
      2.5e-10, 123_456_789,
    ]
    for exponent in -15...15 {
      for _ in 0..<300 { values.append(.random(in: 1...10, using: &random) * pow(10, Double(exponent))) }
      values += [
        pow(10, Double(exponent)), pow(10, Double(exponent)).nextDown, pow(10, Double(exponent)).nextUp,
      ]
    }
    for value in values {
      #expect(text(value) == reference(value))
      #expect(text(-value) == reference(-value))
    }
  }

  @Test func alsoBeyondWhatRainAndTemperatureNeed() throws {
    // The noise of packed rain is as small as that.
    var values: [Double] = [
      1e300, 1.234567e-30, 2.168404344971009e-19, .leastNonzeroMagnitude, .leastNormalMagnitude,
      -.greatestFiniteMagnitude,
    ]
    var random = SteadyRandom(41)
    for exponent in [-300, -40, -18, -17, -16, 16, 17, 18, 40, 300] {
      for _ in 0..<50 { values.append(.random(in: 1...10, using: &random) * pow(10, Double(exponent))) }
    }
    for value in values {
      #expect(text(value) == reference(value))
      #expect(text(-value) == reference(-value))
    }
    #expect(text(.nan) == "nan" && text(-.infinity) == "-inf")
  }
}
