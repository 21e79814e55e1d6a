import Testing

@testable import Runner

@Suite("Progress on the console") struct ProgressTests {
  @Test("A terminal has a bar below the lines, which goes when the work is done")
  func bar() {
    var display = ProgressDisplay(isTerminal: true)
    #expect(display.text(for: "file", 0.25) == "file [#####...............] 25 %")
    #expect(display.text(for: "file", 0.252) == nil)
    #expect(display.text(forLine: "hello") == "\r\u{1B}[2Khello\nfile [#####...............] 25 %")
    #expect(
      display.text(for: "other", 0.5)
        == "\r\u{1B}[2Kfile [#####...............] 25 %  other [##########..........] 50 %")
    #expect(display.text(for: "file", 1) == "\r\u{1B}[2Kother [##########..........] 50 %")
    #expect(display.end() == "\r\u{1B}[2K")
    #expect(display.end() == nil)
    #expect(display.text(forLine: "bye") == "bye\n")
  }

  @Test("Elsewhere there is a line a tenth")
  func lines() {
    var display = ProgressDisplay(isTerminal: false)
    let texts = (0...100).compactMap { display.text(for: "file", Double($0) / 100) }
    #expect(texts == (1...10).map { "file: \($0 * 10) %\n" })
    #expect(display.end() == nil)
  }
}
