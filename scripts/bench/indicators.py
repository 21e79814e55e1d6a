#!/usr/bin/env python3
"""Prints what MetPy and xclim give for the values that Tests/ClimateTests/Indicators/FormulasTests.swift holds the
formulas against.

    python3 -m venv /tmp/bench-venv
    /tmp/bench-venv/bin/pip install metpy xclim
    /tmp/bench-venv/bin/python scripts/bench/indicators.py
"""
import warnings

warnings.simplefilter("ignore")
import metpy
import metpy.calc
import numpy
import xarray
import xclim
from metpy.units import units
from xclim.indices import heat_index, relative_humidity


def series(value, unit):
    return xarray.DataArray([float(value)], dims="time", attrs={"units": unit})


print(f"MetPy {metpy.__version__}, xclim {xclim.__version__}")
print("relative humidity in %: temperature K, dew point K, xclim (ecmwf), MetPy")
for temperature, dew_point in [(300.15, 295.15), (303.15, 298.15), (310.15, 297.15), (288.15, 280.15), (275.15, 273.65)]:
    by_xclim = relative_humidity(tas=series(temperature, "K"), tdps=series(dew_point, "K"), method="ecmwf")[0]
    by_metpy = metpy.calc.relative_humidity_from_dewpoint(temperature * units.K, dew_point * units.K).to("percent").m
    print(f"  {temperature} {dew_point} {float(by_xclim):.12f} {float(by_metpy):.12f}")
print("heat index in °F: temperature °F, relative humidity %, MetPy, xclim")
for temperature, humidity in [(90, 50), (96, 60), (100, 60), (110, 40), (86, 90), (100, 10), (82, 88)]:
    by_metpy = metpy.calc.heat_index(temperature * units.degF, humidity * units.percent, mask_undefined=False)
    kelvin = (temperature - 32) / 1.8 + 273.15
    by_xclim = heat_index(tas=series(kelvin, "K"), hurs=series(humidity, "%"))[0]
    fahrenheit = (float(by_xclim) - 273.15) * 1.8 + 32
    print(f"  {temperature} {humidity} {float(numpy.ravel(by_metpy.to('degF').m)[0]):.9f} {fahrenheit:.9f}")
