/// Which claims are worth the start of a process before they are answered.
///
/// Not more of them at once than there are processors, for they would only be in each other's way; and none after a claim
/// that another worker was quicker with, until one succeeds again.
struct HeadStart {
  private let most: Int
  private var count = 0
  private var isLikely = true

  /// - Parameter most: how many processes may wait for their claims at once.
  init(most: Int) { self.most = most }

  /// Takes a place; false where there is none.
  mutating func take() -> Bool {
    guard isLikely, count < most else { return false }
    count += 1
    return true
  }

  /// Gives a place back.
  mutating func giveBack() { count -= 1 }

  /// How a claim went, whether or not there was a process.
  mutating func learn(isClaimed: Bool) { isLikely = isClaimed }
}
