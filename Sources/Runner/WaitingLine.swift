/// Elements that wait, first in, first out; takes no more room than a few times what waits, also where it is never empty.
struct WaitingLine<Element> {
  private var elements: [Element] = []
  /// The first that nobody has taken.
  private var next = 0

  var count: Int { elements.count - next }
  /// How many have a place, taken ones among them.
  var places: Int { elements.count }

  mutating func append(_ element: Element) { elements.append(element) }

  /// The first, which waits no more; nil where none does.
  mutating func take() -> Element? {
    guard next < elements.count else { return nil }
    let element = elements[next]
    next += 1
    // Not each time, for it costs as much as there are left.
    if next == elements.count || next > 1000 && next > elements.count / 2 {
      elements.removeFirst(next)
      next = 0
    }
    return element
  }
}
