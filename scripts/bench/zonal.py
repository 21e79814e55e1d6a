#!/usr/bin/env python3
"""Measures `sluice zonal`, as a whole cold process, beside the best design in Python: coverage once with exactextract,
then a sparse product with scipy.

    python3 -m venv /tmp/bench-venv
    /tmp/bench-venv/bin/pip install numpy scipy netCDF4 exactextract
    swift build -c release --static-swift-stdlib --product sluice
    /tmp/bench-venv/bin/python scripts/bench/zonal.py

Cases: P601 (592 catchments, 60 x 60, 744 steps) where ../shared/fixtures lies beside the checkout, and a made one of
1,000 units of 100 vertices on 150 x 150 x 744. Both write every value: sluice a CSV, Python a binary array, which is
less work. Prints medians; wall times mean little while the machine has other work, CPU times and ratios do.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FIXTURES = os.path.join(ROOT, "..", "shared", "fixtures", "zonal")


def make_grid(path, size=150, steps=744):
    import netCDF4
    import numpy as np

    random = np.random.default_rng(1)
    latitudes = np.round(15 - 0.1 * np.arange(size), 1)
    longitudes = np.round(-15 + 0.1 * np.arange(size), 1)
    file = netCDF4.Dataset(path, "w")
    for name, length in (("valid_time", steps), ("latitude", size), ("longitude", size)):
        file.createDimension(name, length)
    times = file.createVariable("valid_time", "i8", ("valid_time",))
    times.units = "seconds since 1970-01-01"
    times.standard_name = "time"
    times[:] = 1704067200 + 3600 * np.arange(steps)
    for name, units, values in (("latitude", "degrees_north", latitudes), ("longitude", "degrees_east", longitudes)):
        axis = file.createVariable(name, "f8", (name,))
        axis.units = units
        axis[:] = values
    # The chunking that the netCDF library chooses, as in files of the Climate Data Store.
    field = file.createVariable("t2m", "f4", ("valid_time", "latitude", "longitude"), zlib=True, complevel=1,
                                shuffle=True, fill_value=np.float32("nan"))
    field.units = "K"
    y, x = np.meshgrid(latitudes, longitudes, indexing="ij")
    base = 300 - 0.3 * np.abs(y - 8) + 2 * np.sin(x)
    hours = np.arange(steps)[:, None, None]
    values = base + 5 * np.sin((hours + x / 15) * 2 * np.pi / 24) + random.normal(0, 0.3, (steps, size, size))
    # GRIB packs into about 16 bits.
    values = np.round(values * 512) / 512
    values[:, x + 13.5 + 0.5 * np.sin(3 * y) < 0] = np.nan
    field[:] = values.astype("f4")
    file.close()


def make_units(path, count=1000, vertices=100):
    import numpy as np

    random = np.random.default_rng(2)
    features = []
    for number in range(count):
        row, column = divmod(number, 32)
        x, y = -14.5 + 14 * (column + 0.5) / 32, 0.6 + 13.9 * (row + 0.5) / 32
        angles = (np.arange(vertices) + 0.9 * random.random(vertices)) / vertices * 2 * math.pi
        radii = 0.28 * (0.6 + 0.4 * random.random(vertices)) * (1 + 0.3 * np.sin(3 * angles + number))
        ring = [[round(x + r * math.cos(a), 6), round(y + r * math.sin(a), 6)] for r, a in zip(radii, angles)]
        ring.append(ring[0])
        features.append({"type": "Feature", "id": f"u{number}", "properties": {"id": f"u{number}"},
                         "geometry": {"type": "Polygon", "coordinates": [ring]}})
    with open(path, "w") as file:
        json.dump({"type": "FeatureCollection", "features": features}, file)


def python_way(grid, variable, polygons, output):
    import netCDF4
    import numpy as np
    import scipy.sparse
    from exactextract import exact_extract
    from exactextract.feature import JSONFeatureSource
    from exactextract.raster import NumPyRasterSource

    file = netCDF4.Dataset(grid)
    latitudes, longitudes = file["latitude"][:].data, file["longitude"][:].data
    dy, dx = latitudes[0] - latitudes[1], longitudes[1] - longitudes[0]
    file[variable].set_auto_mask(False)
    values = file[variable][:].reshape(file[variable].shape[0], -1)
    source = NumPyRasterSource(
        np.zeros((len(latitudes), len(longitudes))), xmin=longitudes[0] - dx / 2, xmax=longitudes[-1] + dx / 2,
        ymin=latitudes[-1] - dy / 2, ymax=latitudes[0] + dy / 2)
    with open(polygons) as text:
        features = json.load(text)["features"]
    found = exact_extract(source, JSONFeatureSource(features), ["cell_id", "coverage"])
    cells = [np.asarray(one["properties"]["cell_id"], dtype=int) for one in found]
    coverage = [np.asarray(one["properties"]["coverage"]) for one in found]
    edges = np.deg2rad(np.append(latitudes + dy / 2, latitudes[-1] - dy / 2))
    area = np.repeat(np.sin(edges[:-1]) - np.sin(edges[1:]), len(longitudes))
    starts = np.concatenate([[0], np.cumsum([len(one) for one in cells])])
    columns = np.concatenate(cells)
    weights = scipy.sparse.csr_matrix(
        (np.concatenate(coverage) * area[columns], columns, starts), shape=(len(cells), area.size))
    valid = np.isfinite(values[0])
    sums = weights @ np.where(valid, values, 0).T.astype("f8")
    with np.errstate(invalid="ignore"):
        np.save(output, sums / (weights @ valid.astype("f8"))[:, None])


def measure(command):
    """Wall seconds, CPU seconds and peak MB of one run. This process stays small itself: a child begins with its size."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{' '.join(command)} failed")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(table, array, polygons):
    """The largest relative difference between what the two give."""
    import csv

    import numpy as np

    expected = np.load(array)
    with open(polygons) as text:
        count = len(json.load(text)["features"])
    worst = 0.0
    with open(table) as text:
        for number, row in enumerate(csv.DictReader(text)):
            if row["status"] == "ok":
                value = expected[number % count, int(row["step"])]
                worst = max(worst, abs(float(row["value"]) - value) / abs(value))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", default=os.path.join(ROOT, ".build", "release", "sluice"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "sluice-bench"))
    parser.add_argument("--make", nargs=2, metavar=("GRID", "POLYGONS"))
    parser.add_argument("--compare", nargs=3, metavar=("TABLE", "ARRAY", "POLYGONS"))
    parser.add_argument("--python-way", nargs=4, metavar=("GRID", "VARIABLE", "POLYGONS", "OUTPUT"))
    options = parser.parse_args()
    if options.python_way:
        return python_way(*options.python_way)
    if options.make:
        make_grid(options.make[0])
        return make_units(options.make[1])
    if options.compare:
        return print(f"{compare(*options.compare):.1e}")
    itself = [sys.executable, os.path.abspath(__file__)]
    os.makedirs(options.folder, exist_ok=True)
    grid, units = os.path.join(options.folder, "grid150.nc"), os.path.join(options.folder, "units1000.geojson")
    if not os.path.exists(units):
        subprocess.run(itself + ["--make", grid, units], check=True)
    cases = [("1,000 units x 744, 150 x 150", grid, units)]
    if os.path.exists(FIXTURES):
        cases.insert(0, ("P601 x 744, 60 x 60", os.path.join(FIXTURES, "sle60_hourly_202401.nc"),
                         os.path.join(FIXTURES, "P601.geojson")))
    table, array = os.path.join(options.folder, "out.csv"), os.path.join(options.folder, "out.npy")
    print(f"{'case':32} {'tool':24} {'wall s':>8} {'CPU s':>8} {'peak MB':>8}")
    for title, file, polygons in cases:
        swift = [options.sluice, "zonal", "--grid", file, "--variable", "t2m", "--polygons", polygons,
                 "--nearest", "0", "--output", table]
        python = itself + ["--python-way", file, "t2m", polygons, array]
        results = {}
        # By turns, so that other work on the machine hits both alike.
        for _ in range(options.runs):
            for tool, command in (("sluice zonal", swift), ("exactextract + scipy", python)):
                results.setdefault(tool, []).append(measure(command))
        medians = {tool: [statistics.median(column) for column in zip(*runs)] for tool, runs in results.items()}
        for tool, (wall, cpu, memory) in medians.items():
            print(f"{title:32} {tool:24} {wall:8.3f} {cpu:8.3f} {memory:8.0f}")
        ours, theirs = medians["sluice zonal"], medians["exactextract + scipy"]
        found = subprocess.run(itself + ["--compare", table, array, polygons], check=True, capture_output=True, text=True)
        print(f"{'':32} {'times faster':24} {theirs[0] / ours[0]:8.1f} {theirs[1] / ours[1]:8.1f}"
              f"   largest relative difference {found.stdout.strip()}")


if __name__ == "__main__":
    main()
