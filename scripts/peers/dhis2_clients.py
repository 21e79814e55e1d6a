"""Two DHIS2 clients from PyPI against a sandbox: what they take for a DHIS2 must be one, whatever release it plays."""

import logging
import os

from dhis2 import Api, RequestException
from dhis2_client import DHIS2Client
from dhis2_client.errors import DHIS2HTTPError

# What is refused is refused on purpose.
logging.disable(logging.ERROR)
url = os.environ["SANDBOX_URL"] + "/dhis2"
name = os.environ["SANDBOX_DHIS2_USERNAME"]
password = os.environ["SANDBOX_DHIS2_PASSWORD"]
client = DHIS2Client(url, username=name, password=password, retries=0)
api = Api(url, name, password)
# 2.43 and later refuse by groups and count everything that they write as updated.
minor = int(api.info["version"].split(".")[1].split("-")[0])
is_new = minor >= 43


def login():
    assert client.get("/api/me")["username"] == name
    assert api.get("me").json()["username"] == name
    assert api.version_int == minor
    try:
        DHIS2Client(url, username=name, password="wrong", retries=0).get("/api/me")
        raise AssertionError("came in with a wrong password")
    except DHIS2HTTPError as error:
        assert error.status_code == 401


def units():
    params = {"fields": "id,level,path,parent[id]", "order": "id:asc"}
    one = list(client.list_paged("/api/organisationUnits", params=dict(params), page_size=17))
    other = api.get_paged("organisationUnits", params=dict(params), page_size=25, merge=True)["organisationUnits"]
    assert one == other
    ids = [unit["id"] for unit in one]
    assert ids == sorted(set(ids)) and len(ids) >= 60
    assert {unit["level"] for unit in one} == {1, 2, 3, 4}
    root = next(unit["id"] for unit in one if unit["level"] == 1)
    below = api.get(f"organisationUnits/{root}", params={"includeDescendants": True, "fields": "id"}).json()
    # From 2.42 on, whoever does not look at the pager gets the first page only.
    assert len(below["organisationUnits"]) == (50 if minor >= 42 else len(ids))
    return root, [unit["id"] for unit in one if unit["level"] == 3]


def geometry():
    params = {"fields": "id,name,geometry", "filter": "level:eq:3", "order": "id:asc", "paging": False}
    shapes = client.get("/api/organisationUnits", params=params)["organisationUnits"]
    kinds = {unit["geometry"]["type"] if "geometry" in unit else None for unit in shapes}
    assert kinds == {None, "Polygon", "MultiPolygon"}, kinds
    for unit in shapes:
        for polygon in [unit["geometry"]["coordinates"]] if unit.get("geometry", {}).get("type") == "Polygon" else []:
            for ring in polygon:
                assert len(ring) >= 4 and all(len(point) == 2 for point in ring)


def metadata(districts):
    bundle = {
        "dataElements": [
            {
                "id": "PeerElement",
                "name": "Peer element",
                "shortName": "Peer element",
                "valueType": "NUMBER",
                "domainType": "AGGREGATE",
                "aggregationType": "AVERAGE",
                "zeroIsSignificant": True,
            }
        ],
        "dataSets": [
            {
                "id": "PeerDataSet",
                "name": "Peer set",
                "shortName": "Peer set",
                "periodType": "Monthly",
                "dataSetElements": [{"dataElement": {"id": "PeerElement"}}],
                "organisationUnits": [{"id": unit} for unit in districts],
                "sharing": {"public": "rwrw----"},
            }
        ],
    }
    stats = client.post("/api/metadata", json=bundle)["response"]["stats"]
    assert stats == {"created": 2, "updated": 0, "deleted": 0, "ignored": 0, "total": 2}
    bundle["dataElements"][0]["id"] = "PeerElemTwo"
    try:
        client.post("/api/metadata", json=bundle)
        raise AssertionError("a second data element of the same name was taken")
    except DHIS2HTTPError as error:
        assert error.status_code == 409
        reports = error.payload["response"]["typeReports"][0]["objectReports"][0]["errorReports"]
        assert {report["errorCode"] for report in reports} == {"E5003"}


def values(root, districts):
    def row(unit, value):
        return {"dataElement": "PeerElement", "period": "202401", "orgUnit": unit, "value": value}

    rows = [row(districts[0], "26.5"), row(districts[1], "1e-7"), row(districts[2], "0")]
    payload = {"dataSet": "PeerDataSet", "dataValues": rows}
    if is_new:
        answer = client.post("/api/dataValueSets", json=payload)
        assert answer["status"] == "WARNING"
        assert answer["response"]["importCount"] == {"imported": 0, "updated": 2, "ignored": 1, "deleted": 0}
        code = "E8122"
    else:
        try:
            client.post("/api/dataValueSets", json=payload)
            raise AssertionError("a refused row went unnoticed")
        except DHIS2HTTPError as error:
            assert error.status_code == 409
            answer = error.payload
        assert answer["response"]["importCount"] == {"imported": 2, "updated": 0, "ignored": 1, "deleted": 0}
        code = "E7619"
    conflict = answer["response"]["conflicts"][0]
    assert (conflict["errorCode"], conflict["indexes"]) == (code, [1])
    assert answer["response"]["rejectedIndexes"] == [1]

    strange = {"dataSet": "PeerDataSet", "dataValues": [row(root, "1"), row(districts[1], "2")]}
    try:
        report = api.post("dataValueSets", json=strange).json()
        assert not is_new and report["response"]["importCount"]["imported"] == 2
    except RequestException as error:
        assert is_new and error.code == 409 and "E8022" in error.description

    query = {"dataSet": "PeerDataSet", "period": "202401", "orgUnit": root, "children": True}
    read = api.get("dataValueSets", params=query).json()
    found = {value.get("orgUnit", read.get("orgUnit")): value["value"] for value in read["dataValues"]}
    expected = {districts[0]: "26.5", districts[2]: "0"}
    assert found == (expected if is_new else {**expected, root: "1", districts[1]: "2"})
    assert read.get("period") == ("202401" if is_new else None)


login()
root, districts = units()
geometry()
metadata(districts)
values(root, districts)
print(f"peers: DHIS2 {api.version} is well")
