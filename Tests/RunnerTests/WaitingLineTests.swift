import Testing

@testable import Runner

@Suite("A line of what waits") struct WaitingLineTests {
  @Test("First in, first out")
  func order() {
    var line = WaitingLine<Int>()
    let empty = line.take()
    #expect(empty == nil)
    for number in 0..<3 { line.append(number) }
    #expect(line.count == 3)
    var taken: [Int] = []
    while let number = line.take() { taken.append(number) }
    #expect(taken == [0, 1, 2] && line.count == 0)
  }

  @Test("What was taken gives its place back, also where there is always more")
  func places() {
    var line = WaitingLine<Int>()
    for number in 0..<10 { line.append(number) }
    var most = 0
    for number in 0..<100_000 {
      let taken = line.take()
      guard taken == number else { break }
      line.append(number + 10)
      most = max(most, line.places)
    }
    #expect(line.count == 10)
    let last = line.take()
    #expect(last == 100_000)
    #expect(most < 3000)
  }
}
