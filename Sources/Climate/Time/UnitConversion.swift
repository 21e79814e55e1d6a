public import Essentials
internal import FoundationEssentials

/// From the units of ERA5-Land to those people use.
public enum UnitConversion {
  /// Kelvin to degrees Celsius.
  public static func celsius(kelvin: Double) -> Double { kelvin - 273.15 }

  /// The total of a month in millimetres from a monthly mean in metres a day, as the monthly means product gives
  /// accumulations: x 1000 x days in the month (ECMWF, "ERA5: conversion table for accumulated variables").
  public static func millimetres(metresPerDay: Double, in month: CalendarMonth) -> Double {
    metresPerDay * 1000 * Double(month.length)
  }
}

extension ZonalSeries {
  /// Temperatures in kelvin as degrees Celsius.
  public func celsius() -> ZonalSeries { converted { value, _ in UnitConversion.celsius(kelvin: value) } }

  /// Monthly means of precipitation in metres a day as millimetres a month.
  public func millimetresPerMonth() -> ZonalSeries {
    converted { value, time in
      UnitConversion.millimetres(metresPerDay: value, in: CalendarMonth(of: CalendarDate(utc: time)))
    }
  }

  /// The month of each time, by UTC.
  public var months: [CalendarMonth] { times.map { CalendarMonth(of: CalendarDate(utc: $0)) } }
}
