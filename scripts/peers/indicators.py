#!/usr/bin/env python3
"""Writes what MetPy and xclim give for a table of inputs, as JSON, for Tests/ClimateTests/Indicators/PeersTests.swift.

Each row names an indicator, its inputs in the order and the units of the files of ERA5-Land, the value in the unit of
the indicator, and how far from it another formula for the same may be. scripts/test-indicators runs this.
"""
import json
import sys
import warnings

warnings.simplefilter("ignore")
import metpy
import metpy.calc
import numpy
import xarray
import xclim
from metpy.units import units
from xclim.core.units import convert_units_to
from xclim.indices import heat_index, relative_humidity, uas_vas_to_sfcwind, vapor_pressure_deficit

rows = []


def series(value, unit):
    return xarray.DataArray([float(value)], dims="time", attrs={"units": unit})


def add(indicator, inputs, peer, value, tolerance):
    value = float(numpy.ravel(value)[0])
    if not numpy.isfinite(value):
        sys.exit(f"{peer} gives no {indicator} for {inputs}")
    rows.append({"indicator": indicator, "inputs": inputs, "peer": peer, "value": value, "tolerance": tolerance})


# Temperatures of ERA5-Land as floats hold them, 1 to 47 °C, and how far below them the dew point lies.
for temperature in [274.15, 278.4, 283.15, 288.65, 293.15, 296.9, 300.15, 303.15, 306.65, 310.15, 314.4, 320.15]:
    for depression in [0.25, 1.5, 4, 8, 15, 25]:
        dew_point = temperature - depression
        inputs = [temperature, dew_point]
        t, td = series(temperature, "K"), series(dew_point, "K")
        humidity = relative_humidity(tas=t, tdps=td, method="ecmwf")
        percent = float(humidity[0])
        # The same formula: what is left is the fourth digit of a constant. MetPy has one of its own for vapour.
        add("relative_humidity", inputs, "xclim", humidity, 2e-3)
        by_metpy = metpy.calc.relative_humidity_from_dewpoint(temperature * units.K, dew_point * units.K)
        add("relative_humidity", inputs, "MetPy", by_metpy.to("percent").m, 0.5)
        deficit = vapor_pressure_deficit(tas=t, hurs=humidity, method="ecmwf")
        add("vapour_pressure_deficit", inputs, "xclim", convert_units_to(deficit, "kPa"), 2e-4)
        pressure = [metpy.calc.saturation_vapor_pressure(one * units.K).to("kPa").m for one in inputs]
        add("vapour_pressure_deficit", inputs, "MetPy", pressure[0] - pressure[1], 1e-3 + 6e-3 * pressure[0])
        # Both leave out the mean of the simple formula and the temperature, below 80 °F; xclim the adjustments.
        fahrenheit = (temperature - 273.15) * 1.8 + 32
        simple = 0.5 * (fahrenheit + 61 + 1.2 * (fahrenheit - 68) + 0.094 * percent)
        if (simple + fahrenheit) / 2 < 80:
            continue
        by_metpy = metpy.calc.heat_index(temperature * units.K, percent * units.percent, mask_undefined=False)
        add("heat_index", inputs, "MetPy", by_metpy.to("degC").m, 1e-3)
        if 13 <= percent <= 85:
            by_xclim = convert_units_to(heat_index(tas=t, hurs=humidity), "degC")
            add("heat_index", inputs, "xclim", by_xclim, 1e-3)

for eastward, northward in [(3.0, -4.0), (0.0, 0.0), (-0.25, 0.125), (12.5, 0.0), (-7.75, -9.5), (0.001, 25.0)]:
    by_metpy = metpy.calc.wind_speed(eastward * units("m/s"), northward * units("m/s"))
    add("wind_speed", [eastward, northward], "MetPy", by_metpy.m, 1e-9)
    by_xclim = uas_vas_to_sfcwind(series(eastward, "m s-1"), series(northward, "m s-1"))[0]
    add("wind_speed", [eastward, northward], "xclim", by_xclim, 1e-9)

for kelvin in [250.0, 273.15, 300.4]:
    for indicator in ["temperature_mean", "temperature_minimum", "temperature_maximum", "skin_temperature"]:
        add(indicator, [kelvin], "xclim", convert_units_to(series(kelvin, "K"), "degC"), 1e-9)
for metres in [0.0, 0.0123, 0.25]:
    add("precipitation", [metres], "MetPy", (metres * units.m).to("mm").m, 1e-9)
for joules in [0.0, 2.0e7, 3.1e7]:
    add("solar_radiation", [joules], "MetPy", (joules * units("J/m^2/day")).to("W/m^2").m, 1e-9)

json.dump({"peers": {"MetPy": metpy.__version__, "xclim": xclim.__version__}, "rows": rows}, sys.stdout, indent=1)
