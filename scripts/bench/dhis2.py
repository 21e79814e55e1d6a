#!/usr/bin/env python3
"""A stand-in for DHIS2 2.43 that makes up any number of org units, takes every value and gives none back.

usage: dhis2.py PORT UNITS at-once|counts|keeps [FOLDER]

`at-once` gives the answer of before to what it was asked before, and does nothing else: no server can be quicker.
`counts` makes each answer, unpacks each request and counts its values. `keeps` does what the lightest server has to: it
reads each value and keeps it by its key. With a folder, each request is kept there for curl: a file of options (requests.curl) and the bodies. Prints a line when it
listens.
"""
import gzip, json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

port, count = int(sys.argv[1]), int(sys.argv[2])
manner = sys.argv[3]
folder = sys.argv[4] if len(sys.argv) > 4 else None
kept = 0
values = {}
answers = {}


def uid(number):
    return f"u{number:010d}"


def unit(number):
    return {"id": uid(number), "name": f"Unit {number}", "shortName": f"Unit {number}", "code": f"OU_{number}", "level": 4,
            "path": f"/ImspTQPwCqd/O6uvpzGd5pu/YuQRtpLP10I/{uid(number)}", "openingDate": "1990-01-01T00:00:00.000"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def log_message(self, *arguments):
        pass

    def answer(self, document):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        if manner == "at-once":
            answers[self.key] = body
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def keep(self, body):
        global kept
        if folder is None:
            return
        kept += 1
        lines = [f'url = "http://127.0.0.1:{port}{self.path}"', 'output = "/dev/null"']
        if self.command == "POST":
            name = os.path.join(folder, f"{kept}.body")
            with open(name, "wb") as file:
                file.write(body)
            lines += [f'data-binary = "@{name}"', 'header = "Content-Type: application/json"', 'header = "Expect:"']
        with open(os.path.join(folder, "requests.curl"), "a") as file:
            file.write(("next\n" if kept > 1 else "") + "\n".join(lines) + "\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.keep(body)
        self.key = (self.path, body)
        if self.key in answers:
            return self.answer(answers[self.key])
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        if manner == "keeps":
            new = json.loads(body)["dataValues"]
            rows = len(new)
            values.update(((one["dataElement"], one["period"], one["orgUnit"]), one["value"]) for one in new)
        else:
            rows = body.count(b'"value":')
        self.answer({"status": "OK", "response": {"status": "SUCCESS", "importCount":
                     {"imported": 0, "updated": rows, "ignored": 0, "deleted": 0}, "conflicts": []}})

    def do_GET(self):
        self.keep(b"")
        self.key = (self.path, b"")
        if self.key in answers:
            return self.answer(answers[self.key])
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query))
        name = address.path.removeprefix("/api/").removesuffix(".json")
        if name == "system/info":
            self.answer({"version": "2.43.2", "calendar": "iso8601", "serverDate": "2024-06-15T12:00:00.000"})
        elif name == "me":
            self.answer({"id": "xE7jOejl9FI", "username": "etl", "authorities": ["F_DATAVALUE_ADD"],
                         "organisationUnits": [{"id": "ImspTQPwCqd", "path": "/ImspTQPwCqd"}]})
        elif name == "categoryCombos":
            self.answer({"categoryCombos": [{"id": "bjDvmb4bfuf", "categoryOptionCombos": [{"id": "HllvX50cXC0"}]}]})
        elif name == "dataSets":
            self.answer({"dataSets": [{"id": "BfMAe6Itzgt", "periodType": "Monthly", "dataSetElements": [
                {"dataElement": {"id": "fClA2Erf6IO", "valueType": "NUMBER", "aggregationType": "AVERAGE",
                                 "zeroIsSignificant": True}}],
                "organisationUnits": count}]})
        elif name.startswith("dataSets/"):
            fields = query["fields"].removeprefix("organisationUnits[").removesuffix("]").split(",")
            units = map(unit, range(count))
            self.answer({"organisationUnits": [{field: one[field] for field in fields if field in one} for one in units]})
        elif name == "organisationUnits" and query.get("filter", "").startswith("id:in:"):
            ids = query["filter"][len("id:in:["):-1].split(",")
            # What is above the units is not there.
            self.answer({"organisationUnits": [unit(int(id[1:])) for id in ids if id[1:].isdigit()]})
        elif name == "organisationUnits":
            page, size = int(query["page"]), int(query["pageSize"])
            pages = (count + size - 1) // size
            self.answer({"pager": {"page": page, "total": count, "pageSize": size, "pageCount": pages} |
                         ({"nextPage": "x"} if page < pages else {}),
                         "organisationUnits": [unit(n) for n in range((page - 1) * size, min(count, page * size))]})
        else:
            self.answer({})


ThreadingHTTPServer.request_queue_size = 128
server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
port = server.server_address[1]
print(f"http://127.0.0.1:{port}", flush=True)
server.serve_forever()
