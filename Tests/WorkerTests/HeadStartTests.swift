import Testing

@testable import Worker

@Suite("Which processes start before their runs are claimed") struct HeadStartTests {
  @Test("As many at once as there are processors")
  func most() {
    var rule = HeadStart(most: 2)
    let first = [rule.take(), rule.take(), rule.take()]
    #expect(first == [true, true, false])
    rule.giveBack()
    let next = [rule.take(), rule.take()]
    #expect(next == [true, false])
  }

  @Test("None after a claim that failed, until one succeeds")
  func lost() {
    var rule = HeadStart(most: 2)
    rule.learn(isClaimed: false)
    let unlikely = rule.take()
    rule.learn(isClaimed: true)
    let likely = rule.take()
    #expect(!unlikely && likely)
  }
}
