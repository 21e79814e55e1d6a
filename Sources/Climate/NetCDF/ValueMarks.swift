/// Which numbers stand for "no value", besides NaN: some by themselves, and all beyond two limits.
struct ValueMarks<Number: BinaryFloatingPoint & Sendable>: Sendable {
  let numbers: [Number]
  /// The least and the greatest number that is a value.
  let limits: ClosedRange<Number>

  init(numbers: [Number] = [], limits: ClosedRange<Number>? = nil) {
    self.numbers = numbers
    self.limits = limits ?? -Number.infinity...Number.infinity
  }

  /// Whether there is nothing to look for.
  var isEmpty: Bool {
    numbers.isEmpty && limits.lowerBound == -.infinity && limits.upperBound == .infinity
  }

  /// NaN is none of them: it stands for itself.
  @inline(__always)
  func contains(_ number: Number) -> Bool {
    number < limits.lowerBound || number > limits.upperBound || numbers.contains(number)
  }
}
