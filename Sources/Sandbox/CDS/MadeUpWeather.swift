internal import Essentials
internal import Glibc

/// Weather over Sluicia: smooth in space, new every day, with seasons and hours; the same for the same seed.
///
/// Days are made first, so that hourly values and monthly means agree: the mean of the 24 stamps of a day is the
/// day's value, the mean of the days the month's.
struct MadeUpWeather: Sendable {
  let seed: UInt64

  /// The values of stamps in hours since 1970: instants, or what was accumulated since 00 UTC. Stamp 00 holds the day
  /// before.
  func values(_ variable: ERA5Variable, _ place: SandboxPoint, stamps: [Int]) -> [Double] {
    // The day is dear and has up to 24 stamps.
    var known: (day: Int, value: Double)?
    return stamps.map { stamp in
      let hour = stamp.remainder(24)
      let day = stamp.quotient(24) - (variable.isAccumulated && hour == 0 ? 1 : 0)
      if known?.day != day {
        let value =
          variable.isAccumulated ? dayTotal(variable, place, day: day) : dayMean(variable, place, day: day)
        known = (day, value)
      }
      let value = known?.value ?? 0
      guard variable.isAccumulated else { return value + swing(variable, hour) }
      guard hour > 0 else { return value }
      return max(0, value * Self.share(variable, hour) + trace(variable, place, stamp))
    }
  }

  /// Packing leaves a trace on rain that goes down as well as up; about one difference in thirty is below zero.
  private func trace(_ variable: ERA5Variable, _ place: SandboxPoint, _ stamp: Int) -> Double {
    guard variable.name == "tp", noise(11, Double(stamp), place, scale: 0.03) > 0.8 else { return 0 }
    return (noise(10, Double(stamp), place, scale: 0.05) - 0.5) * 2e-7
  }

  /// The mean over a month: of the stamps, or of the days' totals, as the monthly product has it.
  func monthlyMean(_ variable: ERA5Variable, _ place: SandboxPoint, _ month: CalendarMonth) -> Double {
    let first = month.firstDay.daysSinceEpoch
    let sum = (first..<first + month.length).reduce(0.0) { sum, day in
      sum
        + (variable.isAccumulated ? dayTotal(variable, place, day: day) : dayMean(variable, place, day: day))
    }
    return sum / Double(month.length)
  }

  /// The mean of the stamps 00 to 23.
  private func dayMean(_ variable: ERA5Variable, _ place: SandboxPoint, day: Int) -> Double {
    let season = cos(2 * .pi * (Double(day) - 45) / 365.25)
    let daily = noise(1, Double(day) / 4, place, scale: 0.6) - 0.5
    let ground = noise(2, 0, place, scale: 0.25) - 0.5
    let temperature = 299 + 2.2 * season + 3 * daily - 4 * ground + 0.2 * (place.latitude + 5)
    switch variable.name {
    case "t2m": return temperature
    case "d2m":
      return temperature - 3.5 - 5 * (0.5 - season / 4) * noise(3, Double(day) / 3, place, scale: 0.7)
    case "skt": return temperature + 0.8 + 0.6 * ground
    case "u10": return -2.5 + 3 * (noise(4, Double(day) / 2, place, scale: 1) - 0.5)
    case "v10": return 1.2 + 0.8 * season + 3 * (noise(5, Double(day) / 2, place, scale: 1) - 0.5)
    default:
      return 0.22 + 0.08 * season + 0.1 * ground + 0.05
        * (noise(6, Double(day) / 10, place, scale: 0.5) - 0.5)
    }
  }

  /// The day's course, without effect on its mean.
  private func swing(_ variable: ERA5Variable, _ hour: Int) -> Double {
    let noon = cos(2 * .pi * (Double(hour) - 14) / 24)
    switch variable.name {
    case "t2m": return 3.5 * noon
    case "skt": return 5.5 * noon
    case "d2m": return -0.5 * noon
    case "u10", "v10": return 0.6 * noon
    default: return 0
    }
  }

  private func dayTotal(_ variable: ERA5Variable, _ place: SandboxPoint, day: Int) -> Double {
    let season = cos(2 * .pi * (Double(day) - 75) / 365.25)
    let wet = noise(8, Double(day) / 2, place, scale: 0.5) - 0.62 + 0.14 * season
    switch variable.name {
    case "tp": return wet > 0 ? wet * 0.12 : 0
    default:
      return 2.0e7 + 1.5e6 * season - 2.4e7 * max(0, wet) + 2e6
        * (noise(9, Double(day), place, scale: 0.8) - 0.5)
    }
  }

  /// How much of a day's total has come down after some hours: rain in the afternoon, sun from 7 to 19.
  private static func share(_ variable: ERA5Variable, _ hours: Int) -> Double {
    let (from, to) = variable.name == "tp" ? (12.0, 20.0) : (7.0, 19.0)
    let passed = min(max((Double(hours) - from) / (to - from), 0), 1)
    return (1 - cos(.pi * passed)) / 2
  }

  /// Value noise in three dimensions, between 0 and 1. Plain loops: it is called millions of times, in debug builds too.
  private func noise(_ kind: Int64, _ time: Double, _ place: SandboxPoint, scale: Double) -> Double {
    let x = place.longitude / scale
    let y = place.latitude / scale
    let (i, j, k) = (x.rounded(.down), y.rounded(.down), time.rounded(.down))
    let (u, v, w) = (Self.ease(x - i), Self.ease(y - j), Self.ease(time - k))
    let start = seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(bitPattern: kind)
    let (column, row, step) = (Int64(i), Int64(j), Int64(k))
    var sum = 0.0
    var corner = 0
    while corner < 8 {
      let (a, b, c) = (Int64(corner & 1), Int64(corner >> 1 & 1), Int64(corner >> 2))
      var hash = Self.mixed(start, column &+ a)
      hash = Self.mixed(hash, row &+ b)
      hash = Self.mixed(hash, step &+ c)
      let weight = (a == 0 ? 1 - u : u) * (b == 0 ? 1 - v : v) * (c == 0 ? 1 - w : w)
      sum += weight * Double(hash >> 11) * 0x1p-53
      corner += 1
    }
    return sum
  }

  private static func ease(_ share: Double) -> Double { share * share * (3 - 2 * share) }

  private static func mixed(_ hash: UInt64, _ part: Int64) -> UInt64 {
    SplitMix64.mixed(hash ^ (UInt64(bitPattern: part) &* 0xd6e8_feb8_6659_fd93))
  }
}
