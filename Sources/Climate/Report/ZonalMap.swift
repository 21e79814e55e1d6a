internal import Glibc

/// A map of zones coloured by their values at one time, as SVG: for eyes, not for measuring.
package enum ZonalMap {
  /// - Parameters:
  ///   - series: the values of the zones, in their order.
  ///   - step: the number of the time.
  ///   - title: stands above the map.
  package static func svg(_ zones: [Zone], _ series: ZonalSeries, step: Int, title: String) -> String {
    let values = zones.indices.map { series[zone: $0, time: step] }
    return svg(
      zones, values: values.map(\.value), title: title, words: { values[$0].status.rawValue })
  }

  /// - Parameters:
  ///   - values: of the zones, in their order; nil where there is none.
  ///   - words: what a zone's tip says besides its id and value.
  package static func svg(
    _ zones: [Zone], values all: [Double?], title: String, words: (_ zone: Int) -> String? = { _ in nil }
  ) -> String {
    // On both sides of the antimeridian lie neighbours.
    let given = zones.flatMap(\.shape.boxes)
    let shifts = CleanArea.shifts(of: given, around: 0)
    let boxes = zip(given, shifts).map { box, shift in
      BoundingBox(west: box.west + shift, south: box.south, east: box.east + shift, north: box.north)
    }
    var part = 0
    guard let west = boxes.map(\.west).min(), let east = boxes.map(\.east).max(),
      let south = boxes.map(\.south).min(), let north = boxes.map(\.north).max()
    else { return document(width: 400, height: 60, title: title, body: []) }
    let frame = Frame(west: west, south: south, east: east, north: north)
    let values = all.compactMap { $0 }
    let scale = Scale(lowest: values.min() ?? 0, highest: values.max() ?? 0)
    var body: [String] = []
    for (index, zone) in zones.enumerated() {
      let colour = all[index].map(scale.colour) ?? "#d9d9d9"
      let parts = [all[index].map(short), words(index)].compactMap { $0 }
      let tip = "<title>\(escaped("\(zone.id): \(parts.joined(separator: ", "))"))</title>"
      switch zone.shape {
      case .area(let area):
        let moved = shifts[part..<part + zone.shape.boxes.count]
        part += moved.count
        body.append(
          "<path d=\"\(frame.path(area, Array(moved)))\" fill=\"\(colour)\" fill-rule=\"evenodd\">\(tip)</path>"
        )
      case .point(let point):
        let place = frame.place(point.longitude + shifts[part], point.latitude)
        part += 1
        body.append("<circle cx=\"\(place.x)\" cy=\"\(place.y)\" r=\"4\" fill=\"\(colour)\">\(tip)</circle>")
      case .refused: continue
      }
    }
    body += legend(scale, frame, isEmpty: values.isEmpty)
    return document(width: frame.width, height: frame.height + 60, title: title, body: body)
  }

  private static func document(width: Int, height: Int, title: String, body: [String]) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
    font-family="sans-serif" font-size="12">
    <text x="10" y="20">\(escaped(title))</text>
    <g stroke="#555555" stroke-width="0.4" stroke-linejoin="round">
    \(body.joined(separator: "\n"))
    </g>
    </svg>

    """
  }

  private static func legend(_ scale: Scale, _ frame: Frame, isEmpty: Bool) -> [String] {
    let top = frame.height + 35
    guard !isEmpty else { return ["<text x=\"10\" y=\"\(top + 12)\" stroke=\"none\">no values</text>"] }
    let steps = (0..<10).map { index in
      let value = scale.lowest + (scale.highest - scale.lowest) * (Double(index) + 0.5) / 10
      return
        "<rect x=\"\(70 + index * 20)\" y=\"\(top)\" width=\"20\" height=\"14\" fill=\"\(scale.colour(value))\" stroke=\"none\"/>"
    }
    return steps + [
      "<text x=\"10\" y=\"\(top + 12)\" stroke=\"none\">\(short(scale.lowest))</text>",
      "<text x=\"278\" y=\"\(top + 12)\" stroke=\"none\">\(short(scale.highest))</text>",
    ]
  }

  /// Four significant digits or so.
  private static func short(_ value: Double) -> String {
    let size = max(abs(value), 1e-9)
    let step = pow(10, (log10(size)).rounded(.down) - 4)
    return "\(Float((value / step).rounded() * step))"
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}

/// Where places come to lie on the drawing: longitudes shortened by the cosine of the middle latitude.
private struct Frame {
  let west: Double
  let north: Double
  let perLongitude: Double
  let perLatitude: Double
  let width: Int
  let height: Int

  init(west: Double, south: Double, east: Double, north: Double) {
    let shortening = max(0.1, cos((south + north) / 2 * .pi / 180))
    let across = max((east - west) * shortening, 1e-6)
    let down = max(north - south, 1e-6)
    perLatitude = 780 / max(across, down)
    perLongitude = perLatitude * shortening
    self.west = west
    self.north = north
    width = max(340, Int((across * perLatitude).rounded(.up)) + 20)
    height = Int((down * perLatitude).rounded(.up)) + 40
  }

  func place(_ longitude: Double, _ latitude: Double) -> (x: Double, y: Double) {
    (tenths(10 + (longitude - west) * perLongitude), tenths(30 + (north - latitude) * perLatitude))
  }

  /// Vertices that fall onto the same tenth of a pixel are drawn once.
  ///
  /// - Parameter shifts: by how many degrees of longitude each part that has vertices is moved.
  func path(_ area: Area, _ shifts: [Double]) -> String {
    var path = ""
    let parts = area.partEnds.indices.filter { !area.vertices(ofPart: $0).isEmpty }
    for (part, shift) in zip(parts, shifts) {
      for ring in area.rings(ofPart: part) {
        var last: (x: Double, y: Double)?
        for vertex in area.vertices(ofRing: ring) {
          let place = place(area.coordinates[2 * vertex] + shift, area.coordinates[2 * vertex + 1])
          if let last, last == place { continue }
          path += "\(last == nil ? "M" : "L")\(place.x) \(place.y)"
          last = place
        }
        path += "Z"
      }
    }
    return path
  }

  private func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

/// Colours from yellow over green to blue (the ends and the middle of viridis), which also read in grey.
private struct Scale {
  let lowest: Double
  let highest: Double

  func colour(_ value: Double) -> String {
    let share = highest > lowest ? (value - lowest) / (highest - lowest) : 0.5
    let stops: [(Double, Double, Double)] = [
      (253, 231, 37), (94, 201, 98), (33, 145, 140), (59, 82, 139), (68, 1, 84),
    ]
    let place = share * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let part = place - Double(index)
    func mix(_ first: Double, _ second: Double) -> String {
      let digits = String(Int((first + (second - first) * part).rounded()), radix: 16)
      return digits.utf8.count == 1 ? "0" + digits : digits
    }
    let (from, to) = (stops[index], stops[index + 1])
    return "#" + mix(from.0, to.0) + mix(from.1, to.1) + mix(from.2, to.2)
  }
}
