extension Shape {
  /// Whether the rings of an area neither cross nor touch themselves or each other, as OGC wants a valid polygon but for
  /// rings that touch in one point. Points are simple; what cannot be used is not.
  ///
  /// Statistics do not need it: an area that is not simple takes a careful way, to the same definition.
  public var isSimple: Bool {
    switch self {
    case .point: true
    case .refused: false
    case .area(let area): RingTopology.signs(CleanArea(area, around: 0)) != nil
    }
  }
}
