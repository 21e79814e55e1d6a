"""The two reference clients of the Climate Data Store against a sandbox."""

import os
import tempfile
import zipfile

import cdsapi
import netCDF4
from ecmwf.datastores import Client

url = os.environ["SANDBOX_URL"] + "/cds/api"
key = os.environ["SANDBOX_CDS_KEY"]
area = [-2, -18, -8, -12]


def monthly(folder):
    request = {
        "product_type": ["monthly_averaged_reanalysis"],
        "variable": ["2m_temperature", "total_precipitation"],
        "year": ["2025"],
        "month": ["01", "02", "03"],
        "time": ["00:00"],
        "area": area,
        "data_format": "netcdf",
        "download_format": "unarchived",
    }
    path = os.path.join(folder, "monthly.nc")
    cdsapi.Client(url=url, key=key, sleep_max=1).retrieve("reanalysis-era5-land-monthly-means", request, path)
    with netCDF4.Dataset(path) as file:
        assert file["t2m"].dimensions == ("valid_time", "latitude", "longitude")
        assert file["t2m"].shape == (3, 61, 61)
        assert 0 < file["t2m"][:].count() < 3 * 61 * 61
        assert list(file["expver"][:]) == ["0001"] * 3
    return request


def hourly(folder):
    request = {
        "variable": ["2m_temperature", "total_precipitation"],
        "year": "2025",
        "month": "06",
        "day": ["01", "31"],
        "time": ["00:00", "12:00"],
        "area": area,
        "data_format": "netcdf",
        "download_format": "unarchived",
    }
    path = os.path.join(folder, "hourly.zip")
    cdsapi.Client(url=url, key=key, sleep_max=1).retrieve("reanalysis-era5-land", request, path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["data_stream-oper_stepType-instant.nc", "data_stream-oper_stepType-accum.nc"]


def datastores(request):
    client = Client(url=url, key=key)
    client.check_authentication()
    assert client.get_collection("reanalysis-era5-land").begin_datetime.year == 1950
    assert client.estimate_costs("reanalysis-era5-land-monthly-means", request)["cost"] == 6
    jobs = client.get_jobs(limit=1, sortby="-created")
    assert len(jobs.request_ids) == 1
    remote = client.get_remote(jobs.request_ids[0])
    assert remote.results_ready and remote.status == "successful"
    assert client.get_remote(jobs.next.request_ids[0]).request == request
    remote.delete()


with tempfile.TemporaryDirectory() as folder:
    request = monthly(folder)
    hourly(folder)
    datastores(request)
print("peers: the Climate Data Store is well")
